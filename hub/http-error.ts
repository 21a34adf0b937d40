/** An answer that is not a success, in the body that GitHub gives: `{message, documentation_url, status}`. */
export class HttpError extends Error {
  readonly status: number;
  /** `errors` of a 422, or more fields. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.extra = extra;
  }
}

export const notFound = (): HttpError => new HttpError(404, 'Not Found');

/** 403 for a token that lacks a permission. */
export const forbidden = (message = 'Resource not accessible by integration'): HttpError => new HttpError(403, message);

/** 422 with GitHub's `errors` list. */
export function unprocessable(message: string, errors?: readonly unknown[]): HttpError {
  return new HttpError(422, message, errors === undefined ? {} : { errors });
}

/** 422 for one field, as GitHub words it: `Validation Failed` with `{resource, field, code}`. */
export function invalidField(resource: string, field: string, code = 'invalid'): HttpError {
  return unprocessable('Validation Failed', [{ resource, field, code }]);
}
