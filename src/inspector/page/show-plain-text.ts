import { Fragment, options, type VNode } from 'preact';
import { toPlainText } from './plain-text.ts';

/** Attributes that people read, or hear. */
const READ = ['title', 'aria-label', 'placeholder'];

// Whatever the page draws comes from agents, hooks and repositories: all of its text goes through here.
options.vnode = (vnode) => {
  if (typeof vnode.type === 'string' || vnode.type === Fragment) cleanse(vnode);
};

function cleanse({ props }: VNode<object>): void {
  for (const name of READ) {
    const value: unknown = Reflect.get(props, name);
    if (typeof value === 'string') Reflect.set(props, name, toPlainText(value));
  }
  const children: unknown = Reflect.get(props, 'children');
  if (typeof children === 'string') Reflect.set(props, 'children', toPlainText(children));
  if (Array.isArray(children)) Reflect.set(props, 'children', children.map(toPlainChild));
}

function toPlainChild(child: unknown): unknown {
  return typeof child === 'string' ? toPlainText(child) : child;
}
