/** Plain JSON values: what every document, evidence and ledger entry is made of. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

/** The version of the decision engine, recorded with every decision so that it can be re-executed. */
export const ENGINE = 'gatepass/0.1.0';
