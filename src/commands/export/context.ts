import type { Emit } from '../../base/events.ts';
import type { Reach } from '../../consul/reach.ts';
import type { KubeClient } from '../../kube/types.ts';
import type { ConfigTrees } from '../../plan/configuration.ts';
import type { Plan } from '../../plan/types.ts';
import type { Program } from '../program.ts';
import type { ExportWish } from './wish.ts';

/** What a trial of the export works with. */
export interface TrialContext {
  readonly kube: KubeClient;
  readonly reach: Reach;
  /** Of the installation as it is. */
  readonly plan: Plan;
  readonly trees: ConfigTrees;
  readonly wish: ExportWish;
  readonly emit: Emit;
  readonly program: Pick<Program, 'env' | 'secrets' | 'signal' | 'runName'>;
}

/** Marks what is there for a trial only; one that an interrupted trial left behind is taken for none. */
export const temporaryAnnotation = 'edgex-boot/temporary';
