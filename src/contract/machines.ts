import { z } from 'zod';

/** In what a statechart can be had: for Stately Studio, as a Mermaid diagram, as a drawing. */
export const MachineFormatSchema = z.enum(['json', 'mermaid', 'svg']);

export const MachineSummarySchema = z
  .object({
    name: z.string().meta({ description: 'The name of its file in `machines/`.' }),
    id: z.string().meta({ description: "The machine's own id, with which the ids of its states begin." }),
    states: z.number().int().positive(),
    formats: z
      .object({ json: z.string(), mermaid: z.string(), svg: z.string() })
      .meta({ description: 'Where to get it.' }),
  })
  .meta({ id: 'MachineSummary' });

export const MachineListSchema = z
  .object({ machines: z.array(MachineSummarySchema) })
  .meta({ id: 'MachineList' });
export const MachineParamsSchema = z.object({ name: z.string() });
export const MachineQuerySchema = z.object({
  format: MachineFormatSchema.optional().meta({
    description: 'Wins over `Accept`. The default is `json`.',
  }),
});

export type MachineFormat = z.infer<typeof MachineFormatSchema>;
export type MachineSummary = z.infer<typeof MachineSummarySchema>;
