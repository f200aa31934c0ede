-- How far the wikis' own events were read: written in the transaction of the facts that they tell.

CREATE TABLE source_position (
    wiki_id integer NOT NULL,
    source varchar NOT NULL,
    position varchar NOT NULL,
    read_at timestamptz(3) NOT NULL,
    PRIMARY KEY (wiki_id, source),
    CONSTRAINT source_position_is_of_a_wiki FOREIGN KEY (wiki_id) REFERENCES wiki (id)
);
GRANT SELECT, INSERT, UPDATE ON source_position TO mentorgraph_app
