/**
 * The dependency graph: a node for each service, an edge for each need. Waves are what can start together; the critical
 * path is the longest chain of times, below which no order can finish.
 */

/** Node to the nodes that it needs. */
export type Graph = Readonly<Record<string, readonly string[]>>;

/** The first cycle found, as the nodes on it in order, or undefined. */
export function findCycle(graph: Graph): readonly string[] | undefined {
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): readonly string[] | undefined => {
    if (finished.has(node)) return undefined;
    const start = path.indexOf(node);
    if (start >= 0) return [...path.slice(start), node];
    path.push(node);
    for (const need of graph[node] ?? []) {
      const cycle = visit(need);
      if (cycle) return cycle;
    }
    path.pop();
    finished.add(node);
    return undefined;
  };
  for (const node of Object.keys(graph)) {
    const cycle = visit(node);
    if (cycle) return cycle;
  }
  return undefined;
}

/** The nodes in waves: each node stands in the first wave after all that it needs. The graph must have no cycle. */
export function waves(graph: Graph): readonly (readonly string[])[] {
  const depths = new Map<string, number>();
  const depth = (node: string): number => {
    const known = depths.get(node);
    if (known !== undefined) return known;
    const value = Math.max(-1, ...(graph[node] ?? []).map(depth)) + 1;
    depths.set(node, value);
    return value;
  };
  const result: string[][] = [];
  for (const node of Object.keys(graph)) {
    const wave = depth(node);
    result[wave] ??= [];
    result[wave].push(node);
  }
  return result;
}

/**
 * The nodes by urgency: those first on which the longest chains of others stand. Equally urgent ones keep their order.
 * The graph must have no cycle.
 */
export function byUrgency(graph: Graph): readonly string[] {
  const heights = new Map<string, number>();
  for (const node of waves(graph).flat().toReversed()) {
    const height = heights.get(node) ?? 0;
    for (const need of graph[node] ?? []) heights.set(need, Math.max(heights.get(need) ?? 0, height + 1));
  }
  return Object.keys(graph).toSorted((a, b) => (heights.get(b) ?? 0) - (heights.get(a) ?? 0));
}

/**
 * The longest chain through the graph, when each node takes the given time after its needs are met.
 * @param durationsMs time of each node by itself
 */
export function criticalPath(
  graph: Graph,
  durationsMs: Readonly<Record<string, number>>,
): { readonly path: readonly string[]; readonly totalMs: number } {
  let best: { path: readonly string[]; totalMs: number } = { path: [], totalMs: 0 };
  const longest = new Map<string, { path: readonly string[]; totalMs: number }>();
  for (const node of waves(graph).flat()) {
    const before = (graph[node] ?? [])
      .map((need) => longest.get(need))
      .reduce<{ path: readonly string[]; totalMs: number }>(
        (most, chain) => (chain && chain.totalMs > most.totalMs ? chain : most),
        { path: [], totalMs: 0 },
      );
    const chain = { path: [...before.path, node], totalMs: before.totalMs + (durationsMs[node] ?? 0) };
    longest.set(node, chain);
    if (chain.totalMs > best.totalMs) best = chain;
  }
  return best;
}
