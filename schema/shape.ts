/** The form of `shapes.generated.js`: the fields of each document and their descriptions. */

/** One place of a document. `ref` names a definition that this node adds to. */
export interface Shape {
  readonly ref?: string;
  readonly description?: string;
  readonly example?: string;
  readonly fields?: Readonly<Record<string, Shape>>;
  /** Of a mapping with free keys: its values. */
  readonly rest?: Shape;
  /** What the free keys are called. */
  readonly keys?: Shape;
  readonly items?: Shape;
}

export interface Shapes {
  readonly documents: Readonly<Record<string, Shape>>;
  readonly definitions: Readonly<Record<string, Shape>>;
}
