// A server made by hand for what no real broker does: old answers, half packets, garbage, silence. Speaks no MQTT beyond that.

import { createServer, type Server, type Socket } from "node:net";

/** What the stub does with one connection, once the first bytes of its CONNECT are there. */
export type Behaviour = (socket: Socket, protocolLevel: number, connection: number) => void;

/** CONNACK of MQTT 3.1.1 and of MQTT 5: accepted. */
export const CONNACK_311 = Buffer.from([0x20, 2, 0, 0]);
export const CONNACK_5 = Buffer.from([0x20, 3, 0, 0, 0]);

export interface Stub {
  readonly url: string;
  /** Protocol level of each CONNECT so far: 5, or 4 for 3.1.1. */
  readonly levels: readonly number[];
  close(): Promise<void>;
}

export async function startStub(behaviour: Behaviour): Promise<Stub> {
  const levels: number[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", (connect: Buffer) => {
      // Behind the fixed header stands the name "MQTT" with its length, then the level (MQTT 5, 3.1.2).
      const level = connect[connect.indexOf("MQTT") + 4] ?? 0;
      levels.push(level);
      behaviour(socket, level, levels.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    levels,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
