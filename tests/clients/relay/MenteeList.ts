// What a Relay application writes: a connection, a fragment that is fetched again by `node`, a mutation.
import { graphql } from 'relay-runtime';

export const page = graphql`
  query MenteeListPageQuery($wiki: String!, $mentor: BigInt!) {
    wiki(dbName: $wiki) {
      mentor(by: { userId: $mentor }) {
        ...MenteeList_mentor
      }
    }
  }
`;

export const list = graphql`
  fragment MenteeList_mentor on Mentor
  @refetchable(queryName: "MenteeListRefetchQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
    mentees(first: $count, after: $cursor) @connection(key: "MenteeList_mentees") {
      edges {
        node {
          id
          ...MenteeList_mentee
        }
      }
    }
  }
`;

export const row = graphql`
  fragment MenteeList_mentee on Mentee {
    name
    state
    suspension {
      releasesAt
      returnsTo {
        name
      }
    }
  }
`;

export const block = graphql`
  mutation MenteeListBlockMutation($input: RecordBlockInput!) {
    recordBlock(input: $input) {
      mentee {
        ...MenteeList_mentee
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`;

export const watch = graphql`
  subscription MenteeListWatchSubscription($wiki: String!, $after: String) {
    relationshipEvents(wiki: $wiki, after: $after) {
      cursor
      node {
        kind
        relationship {
          mentee {
            ...MenteeList_mentee
          }
        }
      }
    }
  }
`;
