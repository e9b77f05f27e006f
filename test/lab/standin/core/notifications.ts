import { randomUUID } from 'node:crypto';
import type { Route } from '../net/server.ts';
import type { Core } from './service.ts';

/** support-notifications: keeps notifications and subscriptions; it sends none. */
export function openNotifications({ store }: Core): readonly Route[] {
  const keep =
    (journal: string, status: number): Route[2] =>
    async ({ body }) => {
      const document = { ...(JSON.parse(body) as object), id: randomUUID(), created: Date.now() };
      await store.append(journal, document);
      return { status, body: document.id };
    };
  return [
    [
      'GET',
      '/api/v1/notification/new/{limit}',
      async ({ params }) => ({
        body: await store.newest('notifications', Number(params.limit)),
      }),
    ],
    ['POST', '/api/v1/notification', keep('notifications', 202)],
    [
      'GET',
      '/api/v1/subscription',
      async () => ({
        body: await store.newest('subscriptions', await store.length('subscriptions')),
      }),
    ],
    ['POST', '/api/v1/subscription', keep('subscriptions', 201)],
  ];
}
