
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* how a worker writes the file of configurations */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_evostream_file.h>
#include <event/ngx_webrtc_evostream_sh.h>
#include <front/evostream/ngx_webrtc_evostream_saved.h>


/* between two that one worker writes, ms */
#define NGX_WEBRTC_EVOSTREAM_FILE_PAUSE  100

/* until others look after what a worker has left undone, ms */
#define NGX_WEBRTC_EVOSTREAM_FILE_LATE   2000

/* tokens are in it */
#define NGX_WEBRTC_EVOSTREAM_FILE_MODE   0600


static void ngx_webrtc_evostream_file_handler(ngx_event_t *ev);
static void ngx_webrtc_evostream_file_write(ngx_webrtc_zone_t *zone);
static ngx_uint_t ngx_webrtc_evostream_file_left(ngx_webrtc_zone_t *zone);
static char *ngx_webrtc_evostream_file_text(ngx_webrtc_zone_t *zone,
    uint64_t *version);
static ngx_webrtc_zone_config_t *ngx_webrtc_evostream_file_copy(
    ngx_webrtc_zone_t *zone, ngx_uint_t *n, ngx_uint_t *last_id,
    uint64_t *version);
static int ngx_libc_cdecl ngx_webrtc_evostream_file_order(const void *one,
    const void *two);
static ngx_int_t ngx_webrtc_evostream_file_save(const u_char *name,
    const char *text);
static ngx_int_t ngx_webrtc_evostream_file_replace(ngx_webrtc_zone_t *zone,
    const u_char *temp, uint64_t version);


/* of this process */

static ngx_event_t  ngx_webrtc_evostream_file_event;
static ngx_msec_t   ngx_webrtc_evostream_file_next;


void
ngx_webrtc_evostream_file_touch(ngx_webrtc_zone_t *zone)
{
    ngx_event_t     *ev;
    ngx_msec_int_t   left;

    ev = &ngx_webrtc_evostream_file_event;

    if (zone->conf->evostream.configs_file.len == 0
        || ev->posted
        || ev->timer_set)
    {
        return;
    }

    ev->handler = ngx_webrtc_evostream_file_handler;
    ev->log = ngx_cycle->log;
    ev->data = zone;

    left = (ngx_msec_int_t) (ngx_webrtc_evostream_file_next
                             - ngx_current_msec);

    if (left > 0 && left <= NGX_WEBRTC_EVOSTREAM_FILE_PAUSE) {
        ngx_add_timer(ev, left);

    } else {
        ngx_post_event(ev, &ngx_posted_events);
    }
}


void
ngx_webrtc_evostream_file_check(ngx_webrtc_zone_t *zone)
{
    ngx_webrtc_zone_evostream_t  *evo;

    evo = &zone->sh->evostream;

    /* without the lock: it is looked at again when it is written */

    if (evo->version == evo->written
        || evo->version == evo->unwritten
        || (ngx_msec_int_t) (ngx_current_msec - evo->changed)
           < NGX_WEBRTC_EVOSTREAM_FILE_LATE)
    {
        return;
    }

    ngx_webrtc_evostream_file_touch(zone);
}


/* perhaps we replace a worker that has died, or the file has another name */

ngx_int_t
ngx_webrtc_evostream_file_open(ngx_cycle_t *cycle)
{
    u_char             *dir;
    ngx_webrtc_conf_t  *wcf;

    wcf = ngx_webrtc_get_conf(cycle);

    if ((ngx_process != NGX_PROCESS_WORKER
         && ngx_process != NGX_PROCESS_SINGLE)
        || wcf->zone == NULL
        || wcf->evostream.configs_file.len == 0)
    {
        return NGX_OK;
    }

    dir = ngx_webrtc_evostream_file_dir(cycle->pool,
                                        &wcf->evostream.configs_file);
    if (dir == NULL) {
        return NGX_ERROR;
    }

    if (ngx_worker == 0 && access((char *) dir, W_OK|X_OK) == -1) {
        ngx_log_error(NGX_LOG_ERR, cycle->log, ngx_errno,
                      "\"webrtc_evostream_config_file\": workers cannot write "
                      "to \"%s\", configurations will be lost with nginx",
                      dir);
        return NGX_OK;
    }

    if (wcf->zone->sh->evostream.version != wcf->zone->sh->evostream.written) {
        ngx_webrtc_evostream_file_write(wcf->zone);
    }

    return NGX_OK;
}


void
ngx_webrtc_evostream_file_close(ngx_cycle_t *cycle)
{
    ngx_event_t  *ev;

    ev = &ngx_webrtc_evostream_file_event;

    if (ev->posted) {
        ngx_delete_posted_event(ev);

    } else if (ev->timer_set) {
        ngx_del_timer(ev);

    } else {
        return;
    }

    ngx_webrtc_evostream_file_handler(ev);
}


static void
ngx_webrtc_evostream_file_handler(ngx_event_t *ev)
{
    ngx_webrtc_evostream_file_next = ngx_current_msec
                                     + NGX_WEBRTC_EVOSTREAM_FILE_PAUSE;

    ngx_webrtc_evostream_file_write(ev->data);
}


static void
ngx_webrtc_evostream_file_write(ngx_webrtc_zone_t *zone)
{
    char       *text;
    u_char     *temp;
    size_t      len;
    uint64_t    version;
    ngx_int_t   rc;
    ngx_str_t  *file;

    if (ngx_webrtc_evostream_file_left(zone)) {
        ngx_webrtc_evostream_rows_tell(zone);
        return;
    }

    file = &zone->conf->evostream.configs_file;
    len = file->len + sizeof(".") + NGX_INT64_LEN;
    rc = NGX_ERROR;

    text = ngx_webrtc_evostream_file_text(zone, &version);
    temp = ngx_alloc(len, ngx_cycle->log);

    if (text && temp) {
        (void) ngx_snprintf(temp, len, "%V.%P%Z", file, ngx_pid);

        if (ngx_webrtc_evostream_file_save(temp, text) == NGX_OK) {
            rc = ngx_webrtc_evostream_file_replace(zone, temp, version);
        }
    }

    if (rc == NGX_DECLINED) {
        ngx_webrtc_evostream_rows_tell(zone);
        rc = NGX_OK;
    }

    free(text);
    ngx_free(temp);

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "configurations could not be written to \"%V\", they "
                      "will be lost with nginx", file);

        ngx_webrtc_zone_lock(zone);
        zone->sh->evostream.unwritten = version;
        ngx_webrtc_zone_unlock(zone);
    }
}


/*
 * nginx was reloaded with another file since we have started: what we write
 * nobody would read, and those who write the other one would be told that
 * there is nothing to do.  They are to look at once.
 */

static ngx_uint_t
ngx_webrtc_evostream_file_left(ngx_webrtc_zone_t *zone)
{
    ngx_webrtc_zone_evostream_t  *evo;

    evo = &zone->sh->evostream;

    if (evo->file == ngx_webrtc_evostream_file_name(zone)) {
        return 0;
    }

    evo->changed = ngx_current_msec - 2 * NGX_WEBRTC_EVOSTREAM_FILE_LATE;

    return 1;
}


/* NULL: no memory */

static char *
ngx_webrtc_evostream_file_text(ngx_webrtc_zone_t *zone, uint64_t *version)
{
    char                           *text;
    json_t                         *saved;
    ngx_uint_t                      i, n, last_id;
    ngx_webrtc_zone_config_t       *rows;
    ngx_webrtc_evostream_config_t   config;

    rows = ngx_webrtc_evostream_file_copy(zone, &n, &last_id, version);
    if (rows == NULL) {
        return NULL;
    }

    ngx_qsort(rows, n, sizeof(ngx_webrtc_zone_config_t),
              ngx_webrtc_evostream_file_order);

    saved = ngx_webrtc_evostream_saved_create(last_id);

    for (i = 0; saved && i < n; i++) {
        ngx_webrtc_evostream_config_show(&rows[i], &config);

        if (ngx_webrtc_evostream_saved_add(saved, &config) != NGX_OK) {
            json_decref(saved);
            saved = NULL;
        }
    }

    text = saved ? json_dumps(saved, JSON_INDENT(2)) : NULL;

    json_decref(saved);
    ngx_free(rows);

    return text;
}


/* of the rows that are kept, so that others get the lock soon */

static ngx_webrtc_zone_config_t *
ngx_webrtc_evostream_file_copy(ngx_webrtc_zone_t *zone, ngx_uint_t *n,
    ngx_uint_t *last_id, uint64_t *version)
{
    ngx_uint_t                    i;
    ngx_webrtc_zone_config_t     *row, *rows;
    ngx_webrtc_zone_evostream_t  *evo;

    evo = &zone->sh->evostream;
    *n = 0;

    ngx_webrtc_zone_lock(zone);

    *version = evo->version;
    *last_id = evo->config;

    rows = ngx_alloc((evo->configs.count + 1)
                     * sizeof(ngx_webrtc_zone_config_t), ngx_cycle->log);

    for (i = 0; rows && i < evo->configs.top; i++) {
        row = ngx_webrtc_zone_table_row(&evo->configs, i);

        if (row->node.used && row->keep_alive
            && row->state != NGX_WEBRTC_EVOSTREAM_ENDED)
        {
            rows[(*n)++] = *row;
        }
    }

    ngx_webrtc_zone_unlock(zone);

    return rows;
}


static int ngx_libc_cdecl
ngx_webrtc_evostream_file_order(const void *one, const void *two)
{
    const ngx_webrtc_zone_config_t  *a, *b;

    a = one;
    b = two;

    return (a->id < b->id) ? -1 : (a->id > b->id);
}


static ngx_int_t
ngx_webrtc_evostream_file_save(const u_char *name, const char *text)
{
    size_t      len;
    ssize_t     n;
    ngx_fd_t    fd;
    ngx_int_t   rc;

    /* what may be there is of a process that died, or a trap: a link */

    (void) ngx_delete_file(name);

    fd = ngx_open_tempfile((u_char *) name, 1,
                           NGX_WEBRTC_EVOSTREAM_FILE_MODE);

    if (fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, ngx_errno,
                      ngx_open_tempfile_n " \"%s\" failed", name);
        return NGX_ERROR;
    }

    rc = NGX_OK;
    len = ngx_strlen(text);

    while (len) {
        n = ngx_write_fd(fd, (void *) text, len);

        if (n == -1) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, ngx_errno,
                          ngx_write_fd_n " to \"%s\" failed", name);
            rc = NGX_ERROR;
            break;
        }

        text += n;
        len -= n;
    }

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, ngx_errno,
                      ngx_close_file_n " \"%s\" failed", name);
        rc = NGX_ERROR;
    }

    if (rc != NGX_OK) {
        (void) ngx_delete_file(name);
    }

    return rc;
}


/* unless there is a newer one; NGX_DECLINED: it is left to others */

static ngx_int_t
ngx_webrtc_evostream_file_replace(ngx_webrtc_zone_t *zone, const u_char *temp,
    uint64_t version)
{
    ngx_err_t                     err;
    ngx_str_t                    *file;
    ngx_uint_t                    left;
    ngx_webrtc_zone_evostream_t  *evo;

    evo = &zone->sh->evostream;
    file = &zone->conf->evostream.configs_file;
    err = 0;

    ngx_webrtc_zone_lock(zone);

    left = ngx_webrtc_evostream_file_left(zone);

    if (left || evo->written >= version) {
        ngx_webrtc_zone_unlock(zone);

        (void) ngx_delete_file(temp);
        return left ? NGX_DECLINED : NGX_OK;
    }

    if (ngx_rename_file(temp, file->data) == NGX_FILE_ERROR) {
        err = ngx_errno;

    } else {
        evo->written = version;
    }

    ngx_webrtc_zone_unlock(zone);

    if (err == 0) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, err,
                  ngx_rename_file_n " \"%s\" to \"%V\" failed", temp, file);

    (void) ngx_delete_file(temp);

    return NGX_ERROR;
}
