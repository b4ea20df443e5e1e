import { Component, createElement, type ComponentChild } from 'preact';

/** A component that is drawn anew only when one of its properties is another value. */
export function memo<Props extends object>(draw: (props: Props) => ComponentChild) {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      const before: object = this.props;
      return Object.entries(next).some(([key, value]) => Reflect.get(before, key) !== value);
    }

    override render(): ComponentChild {
      return createElement(draw, this.props);
    }
  };
}
