
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the master does for the file of configurations */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_evostream_file.h>
#include <event/ngx_webrtc_evostream_sh.h>
#include <front/evostream/ngx_webrtc_evostream_saved.h>


#define NGX_WEBRTC_EVOSTREAM_DIR_MODE   0700

/* what a configuration can take in JSON, every character escaped */
#define NGX_WEBRTC_EVOSTREAM_FILE_EACH  16384


static ngx_int_t ngx_webrtc_evostream_file_load(ngx_webrtc_zone_t *zone,
    ngx_str_t *text);
static ngx_int_t ngx_webrtc_evostream_file_read_fd(ngx_webrtc_zone_t *zone,
    ngx_fd_t fd, ngx_str_t *text);
static ngx_int_t ngx_webrtc_evostream_file_config(void *data,
    const ngx_webrtc_evostream_config_t *config);
static void ngx_webrtc_evostream_file_keep(ngx_webrtc_zone_t *zone);
static void ngx_webrtc_evostream_file_rename(ngx_webrtc_zone_t *zone);
static ngx_int_t ngx_webrtc_evostream_file_make_dir(ngx_cycle_t *cycle,
    ngx_webrtc_conf_t *wcf);


void
ngx_webrtc_evostream_file_read(ngx_webrtc_zone_t *zone)
{
    ngx_int_t                      rc;
    ngx_str_t                      text, *file;
    ngx_webrtc_evostream_saved_t   saved;

    file = &zone->conf->evostream.configs_file;

    zone->sh->evostream.file = ngx_webrtc_evostream_file_name(zone);

    if (file->len == 0) {
        return;
    }

    rc = ngx_webrtc_evostream_file_load(zone, &text);

    if (rc == NGX_DECLINED) {
        return;
    }

    if (rc != NGX_OK) {
        ngx_webrtc_evostream_file_keep(zone);
        return;
    }

    rc = ngx_webrtc_evostream_saved_parse(text.data, text.data + text.len,
                                          &saved,
                                          ngx_webrtc_evostream_file_config,
                                          zone);
    ngx_free(text.data);

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, zone->log, 0,
                      "\"%V\" is not a file of configurations (%s), nginx "
                      "starts without them", file, saved.reason);

        ngx_webrtc_evostream_file_keep(zone);
        return;
    }

    zone->sh->evostream.config = saved.last_id;

    if (saved.skipped) {
        ngx_log_error(NGX_LOG_WARN, zone->log, 0,
                      "%ui of the configurations in \"%V\" are invalid, or "
                      "more than \"webrtc_evostream_max_configs\" allows",
                      saved.skipped, file);

        ngx_webrtc_evostream_file_keep(zone);
    }
}


/* NGX_DECLINED: there is no file; NGX_ERROR: it cannot be read */

static ngx_int_t
ngx_webrtc_evostream_file_load(ngx_webrtc_zone_t *zone, ngx_str_t *text)
{
    ngx_fd_t    fd;
    ngx_int_t   rc;
    ngx_str_t  *file;

    file = &zone->conf->evostream.configs_file;

    fd = ngx_open_file(file->data, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {

        if (ngx_errno == NGX_ENOENT || ngx_errno == NGX_ENOTDIR) {
            return NGX_DECLINED;
        }

        ngx_log_error(NGX_LOG_ERR, zone->log, ngx_errno,
                      ngx_open_file_n " \"%V\" failed, nginx starts without "
                      "configurations", file);
        return NGX_ERROR;
    }

    rc = ngx_webrtc_evostream_file_read_fd(zone, fd, text);

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, zone->log, ngx_errno,
                      ngx_close_file_n " \"%V\" failed", file);
    }

    return rc;
}


static ngx_int_t
ngx_webrtc_evostream_file_read_fd(ngx_webrtc_zone_t *zone, ngx_fd_t fd,
    ngx_str_t *text)
{
    off_t             max;
    size_t            size;
    ssize_t           n;
    ngx_str_t        *file;
    ngx_file_info_t   fi;

    file = &zone->conf->evostream.configs_file;
    max = (off_t) (zone->sh->evostream.configs.max + 1)
          * NGX_WEBRTC_EVOSTREAM_FILE_EACH;

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ERR, zone->log, ngx_errno,
                      ngx_fd_info_n " \"%V\" failed, nginx starts without "
                      "configurations", file);
        return NGX_ERROR;
    }

    if (!ngx_is_file(&fi) || ngx_file_size(&fi) > max) {
        ngx_log_error(NGX_LOG_ERR, zone->log, 0,
                      "\"%V\" is no file, or too large, nginx starts without "
                      "configurations", file);
        return NGX_ERROR;
    }

    size = (size_t) ngx_file_size(&fi);

    text->data = ngx_alloc(size + 1, zone->log);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    for (text->len = 0; text->len < size; text->len += n) {
        n = ngx_read_fd(fd, text->data + text->len, size - text->len);

        if (n == 0) {
            break;
        }

        if (n == -1) {
            ngx_log_error(NGX_LOG_ERR, zone->log, ngx_errno,
                          ngx_read_fd_n " \"%V\" failed, nginx starts without "
                          "configurations", file);
            ngx_free(text->data);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_evostream_file_config(void *data,
    const ngx_webrtc_evostream_config_t *config)
{
    ngx_webrtc_zone_t *zone = data;

    if (ngx_webrtc_evostream_config_look(zone, config->id)
        || ngx_webrtc_evostream_config_same(zone, config)
        || ngx_webrtc_evostream_config_put(zone, config) == NULL)
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/*
 * What could not be taken from the file is not lost when it is written anew,
 * which a worker does at once.
 */

static void
ngx_webrtc_evostream_file_keep(ngx_webrtc_zone_t *zone)
{
    u_char     *kept;
    ngx_str_t  *file;

    if (ngx_test_config) {
        return;
    }

    file = &zone->conf->evostream.configs_file;

    kept = ngx_alloc(file->len + sizeof(".broken"), zone->log);
    if (kept == NULL) {
        return;
    }

    ngx_memcpy(ngx_cpymem(kept, file->data, file->len), ".broken",
               sizeof(".broken"));

    if (ngx_rename_file(file->data, kept) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ERR, zone->log, ngx_errno,
                      ngx_rename_file_n " \"%V\" to \"%s\" failed", file,
                      kept);

    } else {
        ngx_log_error(NGX_LOG_WARN, zone->log, 0,
                      "the file is kept as \"%s\"", kept);
    }

    ngx_free(kept);

    zone->sh->evostream.version++;
}


uint32_t
ngx_webrtc_evostream_file_name(const ngx_webrtc_zone_t *zone)
{
    ngx_str_t  *file;

    file = &zone->conf->evostream.configs_file;

    return ngx_crc32_short(file->data, file->len);
}


u_char *
ngx_webrtc_evostream_file_dir(ngx_pool_t *pool, const ngx_str_t *file)
{
    u_char  *dir, *p;

    dir = ngx_pnalloc(pool, file->len + 1);
    if (dir == NULL) {
        return NULL;
    }

    (void) ngx_cpystrn(dir, file->data, file->len + 1);

    p = (u_char *) strrchr((char *) dir, '/');

    if (p == dir) {
        p++;
    }

    *p = '\0';

    return dir;
}


ngx_int_t
ngx_webrtc_evostream_file_prepare(ngx_cycle_t *cycle)
{
    ngx_webrtc_conf_t  *wcf;

    wcf = ngx_webrtc_get_conf(cycle);

    if (ngx_test_config || wcf->zone == NULL) {
        return NGX_OK;
    }

    ngx_webrtc_evostream_file_rename(wcf->zone);

    if (wcf->evostream.configs_file.len == 0) {
        return NGX_OK;
    }

    return ngx_webrtc_evostream_file_make_dir(cycle, wcf);
}


/* a reload that does not fail any more has another name */

static void
ngx_webrtc_evostream_file_rename(ngx_webrtc_zone_t *zone)
{
    uint32_t                      name;
    ngx_webrtc_zone_evostream_t  *evo;

    evo = &zone->sh->evostream;
    name = ngx_webrtc_evostream_file_name(zone);

    ngx_webrtc_zone_lock(zone);

    if (evo->file != name) {
        evo->file = name;
        ngx_webrtc_evostream_rows_changed(zone);
    }

    ngx_webrtc_zone_unlock(zone);
}


/* as nginx does it for directories of temporary files */

static ngx_int_t
ngx_webrtc_evostream_file_make_dir(ngx_cycle_t *cycle, ngx_webrtc_conf_t *wcf)
{
    u_char           *dir;
    ngx_core_conf_t  *ccf;

    dir = ngx_webrtc_evostream_file_dir(cycle->pool,
                                        &wcf->evostream.configs_file);
    if (dir == NULL) {
        return NGX_ERROR;
    }

    if (ngx_create_dir(dir, NGX_WEBRTC_EVOSTREAM_DIR_MODE) == NGX_FILE_ERROR) {

        /* workers say whether they can write there */

        if (ngx_errno != NGX_EEXIST) {
            ngx_log_error(NGX_LOG_ERR, cycle->log, ngx_errno,
                          ngx_create_dir_n " \"%s\" failed", dir);
        }

        return NGX_OK;
    }

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (geteuid() == 0 && ccf->user != (ngx_uid_t) NGX_CONF_UNSET_UINT
        && chown((char *) dir, ccf->user, ccf->group) == -1)
    {
        ngx_log_error(NGX_LOG_ERR, cycle->log, ngx_errno,
                      "chown(\"%s\", %d, %d) failed", dir, ccf->user,
                      ccf->group);
    }

    return NGX_OK;
}
