import { StateMachine, type Actor, type AnyActorLogic, type AnyActorRef } from 'xstate';
import type { ActorView } from '../contract/actors.ts';
import { abridge } from './abridge.ts';

export interface ActorViewOptions {
  /** Names of machines by their ids. */
  machineNames: ReadonlyMap<string, string>;
  redact: (text: string) => string;
}

/** An actor and everything below it, parents first. */
export function actorsBelow(actor: AnyActorRef): AnyActorRef[] {
  return [actor, ...childrenOf(actor).flatMap(actorsBelow)];
}

/** The ids from the root down to an actor. */
export function pathOf(actor: AnyActorRef): string {
  const parent = actor._parent;
  return parent === undefined ? idOf(actor) : `${pathOf(parent)}/${actor.id}`;
}

export function toActorView(actor: AnyActorRef, { machineNames, redact }: ActorViewOptions): ActorView {
  const machine = machineOf(actor);
  const snapshot: { status: ActorView['status']; value?: unknown; context?: unknown } = actor.getSnapshot();
  return {
    path: pathOf(actor),
    id: idOf(actor),
    parent: actor._parent === undefined ? null : pathOf(actor._parent),
    children: childrenOf(actor).map(pathOf),
    machine: machine === null ? null : (machineNames.get(machine.id) ?? null),
    status: snapshot.status,
    states: machine === null ? [] : statesOf(snapshot.value),
    context: machine === null ? null : abridge(snapshot.context, redact),
  };
}

/** Every state named by a state value, parents first: `running`, `running.working`. */
export function statesOf(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return [`${path}${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [
    `${path}${key}`,
    ...statesOf(below, `${path}${key}.`),
  ]);
}

function childrenOf(actor: AnyActorRef): AnyActorRef[] {
  const { children = {} }: { children?: Record<string, AnyActorRef | undefined> } = actor.getSnapshot();
  return Object.values(children).filter((child) => child !== undefined);
}

/** A root has no id of its own but what its machine is called. */
function idOf(actor: AnyActorRef): string {
  return actor._parent === undefined ? (machineOf(actor)?.id ?? actor.id) : actor.id;
}

function machineOf(actor: AnyActorRef): { id: string } | null {
  const { logic } = actor as Actor<AnyActorLogic>;
  return logic instanceof StateMachine ? logic : null;
}
