/** Numbers per axis. */
export type Triple = readonly [x: number, y: number, z: number];

export type Axis = 0 | 1 | 2;

/** One value per axis, x, y, z. */
export const axes = <T>(value: (axis: Axis) => T): readonly [T, T, T] => [value(0), value(1), value(2)];
