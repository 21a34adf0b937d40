// Made by `npm run schema` from schema/*.schema.json. Do not edit.
export interface ValidationError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
  readonly message?: string;
}
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly ValidationError[] | null;
}
export const validateAccessRequest: Validator;
export const validateActionRequest: Validator;
export const validateCatalog: Validator;
export const validateDecision: Validator;
export const validateDelegation: Validator;
export const validateEvidence: Validator;
export const validateLedgerEntry: Validator;
export const validateLedgerHead: Validator;
export const validateLock: Validator;
export const validateOrganization: Validator;
export const validatePeople: Validator;
export const validatePolicyTest: Validator;
export const validateRota: Validator;
export const validateRuleSet: Validator;
export const validateSettings: Validator;
