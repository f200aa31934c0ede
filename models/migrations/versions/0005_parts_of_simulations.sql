-- What a simulation has counted so far, a row for each range of mentees; none is kept when the job has ended.

CREATE TABLE job_part (
    wiki_id integer NOT NULL,
    job_id bigint NOT NULL,
    reached bigint NOT NULL,
    counts bytea NOT NULL,
    PRIMARY KEY (wiki_id, job_id, reached),
    CONSTRAINT job_part_is_of_a_job FOREIGN KEY (wiki_id, job_id) REFERENCES job (wiki_id, id)
);
GRANT SELECT, INSERT, DELETE ON job_part TO mentorgraph_app;
