import { HTTPResponse } from 'h3';
import { z } from 'zod';
import {
  MachineListSchema,
  MachineParamsSchema,
  MachineQuerySchema,
  type MachineFormat,
} from '../../contract/machines.ts';
import type { Engine } from '../../engine.ts';
import { route } from '../route.ts';

const MachineList = MachineListSchema.meta({ id: 'MachineList' });
const HeadersSchema = z.looseObject({ accept: z.string().default('') });

export function machineRoutes({ machines }: Pick<Engine, 'machines'>) {
  return [
    route({
      method: 'GET',
      path: '/machines',
      summary: 'The statecharts that decide what happens in an engine',
      answers: { 200: { description: 'All of them.', schema: MachineList } },
      handle: () => ({ machines: machines.list() }),
    }),
    route({
      method: 'GET',
      path: '/machines/:name',
      summary: 'One statechart: for Stately Studio, as a Mermaid diagram, or drawn',
      request: z.object({ params: MachineParamsSchema, query: MachineQuerySchema, headers: HeadersSchema }),
      answers: {
        200: {
          description:
            'The configuration as Stately Studio imports it. `mermaid`: `text/vnd.mermaid`; `svg`: `image/svg+xml`, where `data-state` and `data-transition` name what an actor is in and took.',
          schema: z.looseObject({ id: z.string() }),
        },
      },
      refusals: ['MACHINE_NOT_FOUND'],
      async handle({ params: { name }, query, headers }) {
        const format = query.format ?? formatAccepted(headers.accept);
        const text = await machines.read(name, format);
        return new HTTPResponse(text, { headers: { 'content-type': MEDIA_TYPES[format], vary: 'Accept' } });
      },
    }),
  ];
}

const MEDIA_TYPES: Record<MachineFormat, string> = {
  json: 'application/json;charset=UTF-8',
  mermaid: 'text/vnd.mermaid;charset=UTF-8',
  svg: 'image/svg+xml',
};

/** The first format that the header names; browsers that take anything get JSON. */
function formatAccepted(accept: string): MachineFormat {
  const types = accept.split(',').map((type) => type.split(';')[0]?.trim());
  const wanted = types.find((type) => type !== undefined && type in FORMATS);
  return FORMATS[wanted ?? ''] ?? 'json';
}

const FORMATS: Record<string, MachineFormat> = {
  'application/json': 'json',
  'text/vnd.mermaid': 'mermaid',
  'text/plain': 'mermaid',
  'image/svg+xml': 'svg',
};
