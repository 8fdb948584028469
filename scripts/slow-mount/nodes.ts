interface Node {
  parent: Node | null;
  name: string;
  readonly id: bigint;
  readonly children: Map<string, Node>;
}

/** Maps the kernel's node ids to paths below the backing directory. */
export class Nodes {
  private readonly backing: string;
  private readonly byId = new Map<bigint, Node>();
  private next = 2n;

  constructor(backing: string) {
    this.backing = backing;
    this.byId.set(1n, { parent: null, name: "", id: 1n, children: new Map() });
  }

  /** The path of a node. @throws Error if the id is unknown */
  path(id: bigint): string {
    const names: string[] = [];
    for (let node = this.node(id); node.parent !== null; node = node.parent) {
      names.unshift(node.name);
    }
    return [this.backing, ...names].join("/");
  }

  childPath(parent: bigint, name: string): string {
    return `${this.path(parent)}/${name}`;
  }

  /** The node id of an existing name; the same on every call. */
  child(parent: bigint, name: string): bigint {
    const { children } = this.node(parent);
    const known = children.get(name);
    if (known !== undefined) return known.id;
    const node: Node = { parent: this.node(parent), name, id: this.next++, children: new Map() };
    children.set(name, node);
    this.byId.set(node.id, node);
    return node.id;
  }

  removed(parent: bigint, name: string): void {
    this.node(parent).children.delete(name);
  }

  renamed(from: bigint, name: string, to: bigint, newName: string): void {
    const node = this.byId.get(this.child(from, name));
    if (node === undefined) return;
    this.removed(from, name);
    node.parent = this.node(to);
    node.name = newName;
    node.parent.children.set(newName, node);
  }

  private node(id: bigint): Node {
    const node = this.byId.get(id);
    if (node === undefined) throw new Error(`node ${id} is unknown`);
    return node;
  }
}
