import type { Lab } from './lab.ts';

const name = 'node2';

/**
 * Lets a second node join the lab, and leave it when the body has ended. The machine and the pods of both nodes reach
 * its pods, and it has all images, but none of the volumes of the first node.
 * @param body gets the node's name. It may cut the node's power, and needn't switch it on again.
 */
export async function withSecondNode<T>(lab: Lab, body: (node: string) => Promise<T>): Promise<T> {
  try {
    await lab.nodeJoin(name);
    return await body(name);
  } finally {
    await lab.nodeLeave(name);
  }
}
