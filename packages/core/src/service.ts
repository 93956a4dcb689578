/** A vendor's service: `id` as in inputs and outputs, `name` as the vendor writes it. */
export interface Service {
  readonly id: string;
  readonly name: string;
}
