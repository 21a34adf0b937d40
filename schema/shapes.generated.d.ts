// Made by `npm run schema` from schema/*.schema.json. Do not edit.
import type { Shapes } from './shape.ts';
export const SHAPES: Shapes;
