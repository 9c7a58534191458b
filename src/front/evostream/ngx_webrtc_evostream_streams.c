
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what streams there are: those of publishers, and those to viewers */


#include <core/ngx_webrtc_str.h>
#include <front/evostream/ngx_webrtc_evostream_streams.h>


typedef struct {
    ngx_pool_t                          *pool;
    ngx_webrtc_evostream_stream_row_t   *rows;
    ngx_webrtc_evostream_stream_row_t  **last;
    ngx_uint_t                           n;
    ngx_uint_t                           failed;
    ngx_webrtc_hash_t                    names;
    ngx_webrtc_hash_t                    wholes;    /* names as well */
} ngx_webrtc_evostream_stream_rows_t;


/* a row in a list; NULL: it is left out */
typedef json_t *(*ngx_webrtc_evostream_item_pt)(
    ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_stream_row_t *row);


static ngx_int_t ngx_webrtc_evostream_streams_list(
    ngx_webrtc_evostream_run_t *run, ngx_webrtc_evostream_item_pt item,
    const char *description);
static json_t *ngx_webrtc_evostream_stream_id(
    ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_stream_row_t *row);
static json_t *ngx_webrtc_evostream_stream_inbound(
    ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_stream_row_t *row);
static ngx_int_t ngx_webrtc_evostream_streams_get(
    ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_stream_rows_t *rows);
static void ngx_webrtc_evostream_streams_handler(void *data,
    const ngx_webrtc_evostream_stream_t *stream);
static ngx_int_t ngx_webrtc_evostream_streams_index(
    ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_stream_rows_t *rows);
static ngx_int_t ngx_webrtc_evostream_streams_whole(
    ngx_webrtc_evostream_stream_rows_t *rows,
    ngx_webrtc_evostream_stream_row_t *row);
static ngx_webrtc_evostream_stream_row_t *
    ngx_webrtc_evostream_streams_look(
    ngx_webrtc_evostream_stream_rows_t *rows, const ngx_str_t *name);
static void ngx_webrtc_evostream_streams_link(
    ngx_webrtc_evostream_stream_rows_t *rows);
static ngx_int_t ngx_webrtc_evostream_streams_find(
    ngx_webrtc_evostream_run_t *run,
    ngx_str_t *text, ngx_webrtc_evostream_stream_row_t **found);
static ngx_int_t ngx_webrtc_evostream_close_resume(
    ngx_webrtc_evostream_run_t *run);


ngx_int_t
ngx_webrtc_evostream_cmd_list_streams(ngx_webrtc_evostream_run_t *run)
{
    return ngx_webrtc_evostream_streams_list(run,
                                             ngx_webrtc_evostream_stream_json,
                                             "Available streams");
}


ngx_int_t
ngx_webrtc_evostream_cmd_list_streams_ids(ngx_webrtc_evostream_run_t *run)
{
    return ngx_webrtc_evostream_streams_list(run,
                                             ngx_webrtc_evostream_stream_id,
                                             "Available stream IDs");
}


ngx_int_t
ngx_webrtc_evostream_cmd_list_inbound_names(ngx_webrtc_evostream_run_t *run)
{
    return ngx_webrtc_evostream_streams_list(run,
                                         ngx_webrtc_evostream_stream_inbound,
                                         "Inbound local stream names");
}


static ngx_int_t
ngx_webrtc_evostream_streams_list(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_item_pt item, const char *description)
{
    json_t                              *list, *json;
    ngx_webrtc_evostream_stream_row_t   *row;
    ngx_webrtc_evostream_stream_rows_t   rows;

    if (ngx_webrtc_evostream_streams_get(run, &rows) != NGX_OK) {
        return NGX_ERROR;
    }

    list = json_array();

    for (row = rows.rows; row; row = row->next) {
        json = item(run, row);

        if (json) {
            (void) json_array_append_new(list, json);
        }
    }

    return ngx_webrtc_evostream_run_done(run, list, description);
}


static json_t *
ngx_webrtc_evostream_stream_id(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_stream_row_t *row)
{
    (void) run;

    return json_integer((json_int_t) row->stream.number);
}


static json_t *
ngx_webrtc_evostream_stream_inbound(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_stream_row_t *row)
{
    if (row->stream.kind == NGX_WEBRTC_EVOSTREAM_VIEWER) {
        return NULL;
    }

    return json_pack("{s:o}", "name",
                     ngx_webrtc_evostream_run_string(run, &row->stream.name));
}


ngx_int_t
ngx_webrtc_evostream_cmd_get_streams_count(ngx_webrtc_evostream_run_t *run)
{
    ngx_webrtc_evostream_stream_rows_t  rows;

    if (ngx_webrtc_evostream_streams_get(run, &rows) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webrtc_evostream_run_done(run,
                                         json_pack("{s:I}", "streamCount",
                                                   (json_int_t) rows.n),
                                         "Active streams count");
}


ngx_int_t
ngx_webrtc_evostream_cmd_is_stream_running(ngx_webrtc_evostream_run_t *run)
{
    ngx_int_t                           rc;
    ngx_str_t                           text;
    ngx_webrtc_evostream_stream_row_t  *row;

    rc = ngx_webrtc_evostream_streams_find(run, &text, &row);

    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_webrtc_evostream_run_done(run,
                              json_pack("{s:b}", "Running", row != NULL),
                              "Stream status:");
}


ngx_int_t
ngx_webrtc_evostream_cmd_get_stream_info(ngx_webrtc_evostream_run_t *run)
{
    ngx_int_t                           rc;
    ngx_str_t                           text;
    ngx_webrtc_evostream_stream_row_t  *row;

    rc = ngx_webrtc_evostream_streams_find(run, &text, &row);

    if (rc != NGX_OK) {
        return rc;
    }

    if (row == NULL) {
        return ngx_webrtc_evostream_run_fail_text(run, "Stream ", &text,
                                                  " not found");
    }

    return ngx_webrtc_evostream_run_done(run,
                                ngx_webrtc_evostream_stream_json(run, row),
                                "Stream information");
}


ngx_int_t
ngx_webrtc_evostream_cmd_shutdown_stream(ngx_webrtc_evostream_run_t *run)
{
    ngx_int_t                           rc;
    ngx_str_t                           text;
    ngx_uint_t                          permanently;
    ngx_webrtc_evostream_stream_row_t  *row;

    rc = ngx_webrtc_evostream_streams_find(run, &text, &row);

    if (rc != NGX_OK) {
        return rc;
    }

    /* no stream here has a configuration that would bring it back */

    rc = ngx_webrtc_evostream_run_flag(run, "permanently", &permanently);

    if (rc != NGX_OK && rc != NGX_DECLINED) {
        return rc;
    }

    if (row == NULL) {
        return ngx_webrtc_evostream_run_fail(run,
                                             "Stream no longer available");
    }

    run->data = json_pack("{s:o}", "streamInfo",
                          ngx_webrtc_evostream_stream_json(run, row));
    run->stream = &row->stream;
    run->wait = NGX_WEBRTC_EVOSTREAM_CLOSE;
    run->resume = ngx_webrtc_evostream_close_resume;

    return run->data ? NGX_AGAIN : NGX_ERROR;
}


static ngx_int_t
ngx_webrtc_evostream_close_resume(ngx_webrtc_evostream_run_t *run)
{
    switch (run->result) {

    case NGX_OK:
        return ngx_webrtc_evostream_run_done(run, json_incref(run->data),
                                             "Stream closed");

    case NGX_BUSY:
        return ngx_webrtc_evostream_run_fail(run,
                                           "Stream is used by a connection");

    default:
        return ngx_webrtc_evostream_run_fail(run,
                                             "Stream no longer available");
    }
}


static ngx_int_t
ngx_webrtc_evostream_streams_get(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_stream_rows_t *rows)
{
    rows->pool = run->pool;
    rows->rows = NULL;
    rows->last = &rows->rows;
    rows->n = 0;
    rows->failed = 0;

    run->api->tables->streams(run->api->data,
                              ngx_webrtc_evostream_streams_handler, rows);

    if (rows->failed
        || ngx_webrtc_evostream_streams_index(run, rows) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_evostream_streams_link(rows);

    return NGX_OK;
}


/* the first stream of a name has it: viewers, who come last, ask for it */

static ngx_int_t
ngx_webrtc_evostream_streams_index(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_stream_rows_t *rows)
{
    ngx_str_t                          *name;
    ngx_webrtc_evostream_stream_row_t  *row;

    if (ngx_webrtc_hash_init(&rows->names, rows->pool, rows->n,
                             run->api->seed)
        != NGX_OK
        || ngx_webrtc_hash_init(&rows->wholes, rows->pool, rows->n,
                                run->api->seed)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (row = rows->rows; row; row = row->next) {
        name = &row->stream.name;

        if (row->stream.kind == NGX_WEBRTC_EVOSTREAM_VIEWER
            ? ngx_webrtc_evostream_streams_look(rows, name) == NULL
            : ngx_webrtc_hash_find(&rows->names, name->data, name->len)
              == NULL)
        {
            ngx_webrtc_hash_add(&rows->names, &row->name, name->data,
                                name->len);
        }

        if (row->stream.kind == NGX_WEBRTC_EVOSTREAM_SENDER
            && ngx_webrtc_str_equal(name, &row->stream.channel_id)
            && ngx_webrtc_evostream_streams_whole(rows, row) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* the first sender of a channel may be asked for as the others are */

static ngx_int_t
ngx_webrtc_evostream_streams_whole(ngx_webrtc_evostream_stream_rows_t *rows,
    ngx_webrtc_evostream_stream_row_t *row)
{
    u_char     *p, *whole;
    ngx_str_t  *channel_id, *connection_id;

    channel_id = &row->stream.channel_id;
    connection_id = &row->stream.connection_id;

    whole = ngx_pnalloc(rows->pool, channel_id->len + 1 + connection_id->len);
    if (whole == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(whole, channel_id->data, channel_id->len);
    *p++ = '/';
    p = ngx_cpymem(p, connection_id->data, connection_id->len);

    ngx_webrtc_hash_add(&rows->wholes, &row->whole, whole, p - whole);

    return NGX_OK;
}


/* a name as it is shown goes before */

static ngx_webrtc_evostream_stream_row_t *
ngx_webrtc_evostream_streams_look(ngx_webrtc_evostream_stream_rows_t *rows,
    const ngx_str_t *name)
{
    ngx_webrtc_hash_node_t  *node;

    node = ngx_webrtc_hash_find(&rows->names, name->data, name->len);

    if (node) {
        return ngx_webrtc_hash_data(node, ngx_webrtc_evostream_stream_row_t,
                                    name);
    }

    node = ngx_webrtc_hash_find(&rows->wholes, name->data, name->len);

    return node ? ngx_webrtc_hash_data(node,
                                       ngx_webrtc_evostream_stream_row_t,
                                       whole)
                : NULL;
}


/* who views what */

static void
ngx_webrtc_evostream_streams_link(ngx_webrtc_evostream_stream_rows_t *rows)
{
    ngx_webrtc_evostream_stream_row_t  *row, *source;

    for (row = rows->rows; row; row = row->next) {

        if (row->stream.kind != NGX_WEBRTC_EVOSTREAM_VIEWER) {
            continue;
        }

        source = ngx_webrtc_evostream_streams_look(rows, &row->stream.name);

        if (source == NULL
            || source->stream.kind == NGX_WEBRTC_EVOSTREAM_VIEWER)
        {
            continue;
        }

        row->source = source;

        if (source->last) {
            source->last->sibling = row;

        } else {
            source->viewers = row;
        }

        source->last = row;
    }
}


static void
ngx_webrtc_evostream_streams_handler(void *data,
    const ngx_webrtc_evostream_stream_t *stream)
{
    ngx_webrtc_evostream_stream_rows_t *rows = data;

    ngx_webrtc_evostream_stream_row_t  *row;

    row = ngx_palloc(rows->pool, sizeof(ngx_webrtc_evostream_stream_row_t));

    if (row == NULL) {
        rows->failed = 1;
        return;
    }

    ngx_memzero(row, sizeof(ngx_webrtc_evostream_stream_row_t));
    row->stream = *stream;

#define ngx_webrtc_evostream_stream_copy(name)                               \
    ngx_webrtc_str_copy(rows->pool, &row->stream.name, &stream->name)

    if (ngx_webrtc_evostream_stream_copy(name) != NGX_OK
        || ngx_webrtc_evostream_stream_copy(audio) != NGX_OK
        || ngx_webrtc_evostream_stream_copy(video) != NGX_OK
        || ngx_webrtc_evostream_stream_copy(channel_id) != NGX_OK
        || ngx_webrtc_evostream_stream_copy(connection_id) != NGX_OK
        || ngx_webrtc_evostream_stream_copy(viewer) != NGX_OK
        || ngx_webrtc_evostream_stream_copy(address) != NGX_OK)
    {
        rows->failed = 1;
        return;
    }

    *rows->last = row;
    rows->last = &row->next;
    rows->n++;
}


/*
 * By one of "id" and "localStreamName", which "text" is then; "*found" is
 * NULL if there is no such stream.
 */

static ngx_int_t
ngx_webrtc_evostream_streams_find(ngx_webrtc_evostream_run_t *run,
    ngx_str_t *text, ngx_webrtc_evostream_stream_row_t **found)
{
    uint64_t                             id;
    ngx_int_t                            rc, by_name;
    ngx_webrtc_evostream_stream_row_t   *row;
    ngx_webrtc_evostream_stream_rows_t   rows;

    if (run->line.nparams == 0) {
        (void) ngx_webrtc_evostream_run_fail(run,
                                     "Syntax error. No parameters provided");
        return NGX_ABORT;
    }

    id = 0;

    rc = ngx_webrtc_evostream_run_number(run, "id", 0,
                                         NGX_WEBRTC_EVOSTREAM_NUMBER_MAX,
                                         &id);

    if (rc != NGX_OK && rc != NGX_DECLINED) {
        return rc;
    }

    by_name = ngx_webrtc_evostream_run_text(run, "localStreamName",
                                            NGX_WEBRTC_EVOSTREAM_NAME_MAX,
                                            text);

    if (by_name != NGX_OK && by_name != NGX_DECLINED) {
        return by_name;
    }

    if (by_name == rc) {
        (void) ngx_webrtc_evostream_run_fail(run,
             "Syntax error. Either id or localStreamName must be provided");
        return NGX_ABORT;
    }

    if (rc == NGX_OK) {
        *text = ngx_webrtc_evostream_line_find(&run->line, "id")->items[0];
    }

    if (ngx_webrtc_evostream_streams_get(run, &rows) != NGX_OK) {
        return NGX_ERROR;
    }

    if (by_name == NGX_OK) {
        *found = ngx_webrtc_evostream_streams_look(&rows, text);
        return NGX_OK;
    }

    for (row = rows.rows; row; row = row->next) {
        if (row->stream.number == id) {
            break;
        }
    }

    *found = row;

    return NGX_OK;
}
