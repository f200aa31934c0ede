// Apollo Client: a query into the normalised cache, a mutation that changes it, an error, and a trusted document.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { KNOWN, URL_, block, newWiki, read } from './story.mjs';

const client = new ApolloClient({
  cache: new InMemoryCache({ possibleTypes: { Node: ['Mentee', 'Mentor', 'Wiki'], Account: ['Mentee', 'Mentor'] } }),
  link: ApolloLink.from([new HttpLink({ uri: URL_, headers: KNOWN })]),
});
let world;
before(async () => { world = await newWiki(); });

const page = { query: gql(read('dashboard')) };
const variables = () => ({ wiki: world.wiki, mentor: '1', states: ['ACTIVE', 'SUSPENDED'], first: 10 });
const rows = (data) => data.wiki.mentor.mentees.edges.map(({ node }) => [node.name, node.state]);

test('a dashboard is read, and changes in the cache when a mutation answers', async () => {
  const first = await client.query({ ...page, variables: variables() });
  assert.deepEqual(rows(first.data), [['Newcomer', 'ACTIVE']]);
  const { data } = await client.mutate({ mutation: gql(read('block')), variables: { input: block(world.wiki, '1') } });
  assert.deepEqual(data.recordBlock.userErrors, []);
  const cached = client.readQuery({ ...page, variables: variables() });
  assert.deepEqual(rows(cached), [['Newcomer', 'SUSPENDED']], 'the same id, so the same row');
});

test('a refused request is told as GraphQL errors with a code', async () => {
  const asked = client.query({ ...page, variables: { ...variables(), first: 101 } });
  await assert.rejects(asked, (error) => {
    assert.ok(CombinedGraphQLErrors.is(error), String(error));
    assert.equal(error.errors[0].extensions.code, 'PAGE_SIZE');
    return true;
  });
});
