// How a TCP connection is begun.
import { connect, type Socket } from 'node:net';

/** Begins to connect to an IP address. */
export type Dial = (address: string, port: number) => Socket;

export const dialTcp: Dial = (address, port) => connect({ host: address, port, noDelay: true });
