// The arrows between folders: those that are allowed, as ARCHITECTURE.md draws
// them, and those that there are.

/** The fenced blocks ```arrows NAME of a text: `Map` of folder to targets. */
export function tableOf(markdown, name) {
  const fence = new RegExp(`^\`\`\`arrows ${name}\\n([\\s\\S]*?)^\`\`\`$`, "m");
  const block = fence.exec(markdown);
  if (block === null) throw new Error(`there is no block "arrows ${name}"`);
  const table = new Map();
  for (const line of block[1].split("\n").filter((line) => line.trim() !== "")) {
    const parts = /^(\S+)\s+->\s*(.*)$/.exec(line.trim());
    if (parts === null) throw new Error(`this is no arrow: ${line}`);
    if (table.has(parts[1])) throw new Error(`${parts[1]} stands twice`);
    table.set(parts[1], parts[2].split(/,\s*/).filter(Boolean));
  }
  return table;
}

/** A table that goes in a circle is wrong by itself. */
export function circleOfTable(table) {
  const folderOf = (target) => target.split("#")[0];
  return circleOf(new Map([...table].map(([from, to]) => [from, new Set(to.map(folderOf))])));
}

/** The folder of the table in which a file stands: the longest that fits. */
export function folderOf(table, path) {
  const folders = [...table.keys()].filter((folder) => path.startsWith(`${folder}/`));
  folders.sort((a, b) => b.length - a.length);
  return folders[0] ?? (path.includes("/") ? null : "root");
}

/**
 * What is wrong with the imports of files under one root.
 * @param {Map<string, string[]>} table
 * @param {Map<string, Map<string, number>>} imports of each file: what it imports, and in which line
 */
export function wrongArrows(table, imports) {
  const problems = [];
  for (const [file, targets] of imports) {
    const from = folderOf(table, file);
    if (from === null) {
      problems.push(`${file}: stands in no folder of the table`);
      continue;
    }
    for (const [target, line] of targets) {
      const to = folderOf(table, target);
      if (from === to || isAllowed(table.get(from) ?? [], to, target)) continue;
      problems.push(`${file}:${line}: ${from} imports ${to ?? "?"} (${target})`);
    }
  }
  return problems;
}

/** `folder`, or `folder#file`: of that folder only that file. */
function isAllowed(allowed, to, target) {
  return allowed.some((entry) => {
    const [folder, only] = entry.split("#");
    const file = target.slice(target.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
    return folder === to && (only === undefined || only === file);
  });
}

/** A circle in a graph, as a list that ends where it starts; null if there is none. */
export function circleOf(graph) {
  const done = new Set();
  const path = [];
  const visit = (node) => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return null;
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next);
      if (circle !== null) return circle;
    }
    path.pop();
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const circle = visit(node);
    if (circle !== null) return circle;
  }
  return null;
}

/** The groups of files that reach one another, each a circle or several. */
export function circlesOf(graph) {
  const reach = (from) => {
    const seen = new Set();
    const open = [...(graph.get(from) ?? [])];
    while (open.length > 0) {
      const node = open.pop();
      if (seen.has(node)) continue;
      seen.add(node);
      open.push(...(graph.get(node) ?? []));
    }
    return seen;
  };
  const reached = new Map([...graph.keys()].map((node) => [node, reach(node)]));
  const groups = new Map();
  for (const [node, all] of reached) {
    const group = [...all].filter((other) => reached.get(other)?.has(node)).sort();
    if (group.includes(node)) groups.set(group.join(" "), group);
  }
  return [...groups.values()];
}
