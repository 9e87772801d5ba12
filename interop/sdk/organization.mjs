// Who and what an organization consists of: admins with their roles, teams and brands. Read-only.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { all, assertPages, client, ids, nowhere } from '../lib/sdk.mjs';

const { admins, brands, teams } = client.organization;

describe('the organization', () => {
  for (const [name, resource] of Object.entries({ admins, teams })) {
    test(`${name} are listed whole, and each reads the same alone`, async () => {
      const { data } = await resource.list();
      assert.ok(data.length > 1, `${data.length} ${name}`);
      for (const item of data) assert.deepEqual(await resource.retrieve(item.id), item);
      await assert.rejects(resource.retrieve(nowhere), Featurebase.NotFoundError);
    });
  }

  test('each admin has a role, and roles differ in what they allow', async () => {
    const roles = (await admins.listRoles()).data;
    for (const { roleId } of (await admins.list()).data) assert.ok(ids(roles).includes(roleId), roleId);
    const allowed = roles.map(({ permissions }) => Object.values(permissions).filter(Boolean).length);
    assert.ok(new Set(allowed).size > 1, `${allowed} permissions`);
  });

  test('teams consist of admins', async () => {
    const members = (await teams.list()).data.flatMap((team) => team.members);
    const known = ids((await admins.list()).data);
    assert.ok(members.length > 0 && members.every((id) => known.includes(id)), members.join());
  });

  test('auto-paging yields each brand once, and each reads the same alone; one is the default', async () => {
    const { length } = await all(brands.list());
    const listed = await assertPages((limit) => brands.list({ limit }), length, 1);
    for (const brand of listed) assert.deepEqual(await brands.retrieve(brand.id), brand);
    assert.equal(listed.filter((brand) => brand.isDefault).length, 1);
  });

  test('what brands, posts and conversations refer to exists', async () => {
    const helpCenters = ids(await all(client.helpCenter.helpCenters.list()));
    const known = { admin: ids((await admins.list()).data), brand: ids(await all(brands.list())), team: ids((await teams.list()).data) };
    const inbox = await all(client.support.conversations.list({ limit: 100 }));
    for (const [kind, referred] of [
      ['admin', inbox.map((conversation) => conversation.adminAssigneeId)],
      ['team', inbox.map((conversation) => conversation.teamAssigneeId)],
      ['brand', inbox.map((conversation) => conversation.brandId)],
      ['admin', (await all(client.feedback.posts.list({ limit: 100 }))).map((post) => post.assigneeId)],
    ]) {
      const used = referred.filter((id) => id !== null);
      assert.ok(used.length > 0 && used.every((id) => known[kind].includes(id)), `${kind}: ${used}`);
    }
    for (const { helpCenterId } of await all(brands.list())) assert.ok(helpCenterId === null || helpCenters.includes(helpCenterId));
  });
});
