/* store_schema.h - the tables and views of a results file; docs/results.md describes them. */
#ifndef ANALYSIS_STORE_SCHEMA_H
#define ANALYSIS_STORE_SCHEMA_H

/* Both stand in the header of the database file, at fixed places. */
enum {
    STORE_APPLICATION_ID = 0x6467736d, /* "dgsm" */
    STORE_SCHEMA_VERSION = 2,
};

/* Creates everything in an empty database, the two numbers above included. Ends with NULL. */
extern const char *const store_schema_sql[];

#endif
