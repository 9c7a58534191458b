
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the commands of EvoStream's API share */


#ifndef _NGX_WEBRTC_EVOSTREAM_RUN_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_RUN_H_INCLUDED_


#include <front/evostream/ngx_webrtc_evostream_api.h>


/* in any case, by its name or alias; NULL: there is none */
const ngx_webrtc_evostream_command_t *ngx_webrtc_evostream_command_find(
    const ngx_str_t *name);

ngx_int_t ngx_webrtc_evostream_cmd_help(ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_version(ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_quit(ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_start_webrtc(
    ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_stop_webrtc(
    ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_list_config(
    ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_get_config_info(
    ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_remove_config(
    ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_list_streams(
    ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_list_streams_ids(
    ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_get_stream_info(
    ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_shutdown_stream(
    ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_is_stream_running(
    ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_get_streams_count(
    ngx_webrtc_evostream_run_t *run);
ngx_int_t ngx_webrtc_evostream_cmd_list_inbound_names(
    ngx_webrtc_evostream_run_t *run);


/*
 * Parameters, with their name as failures spell it.  NGX_OK; NGX_DECLINED: it
 * is not there; NGX_ABORT: the command has failed with a syntax error;
 * NGX_ERROR: no memory.
 */

/* trimmed, 1 to "max" bytes of printable UTF-8; a blank one is not there */
ngx_int_t ngx_webrtc_evostream_run_text(ngx_webrtc_evostream_run_t *run,
    const char *name, size_t max, ngx_str_t *value);
ngx_int_t ngx_webrtc_evostream_run_number(ngx_webrtc_evostream_run_t *run,
    const char *name, uint64_t min, uint64_t max, uint64_t *value);
ngx_int_t ngx_webrtc_evostream_run_flag(ngx_webrtc_evostream_run_t *run,
    const char *name, ngx_uint_t *value);

/* the result of a command; "data" is taken over */

ngx_int_t ngx_webrtc_evostream_run_done(ngx_webrtc_evostream_run_t *run,
    json_t *data, const char *description);
ngx_int_t ngx_webrtc_evostream_run_fail(ngx_webrtc_evostream_run_t *run,
    const char *description);
/* "before", the text, "after" */
ngx_int_t ngx_webrtc_evostream_run_fail_text(ngx_webrtc_evostream_run_t *run,
    const char *before, const ngx_str_t *text, const char *after);
ngx_int_t ngx_webrtc_evostream_run_invalid(ngx_webrtc_evostream_run_t *run,
    const char *name);

/* UTF-8 without control characters */
ngx_uint_t ngx_webrtc_evostream_run_is_plain(const ngx_str_t *text);

/* U+FFFD for what is no UTF-8; NULL: no memory */
json_t *ngx_webrtc_evostream_run_string(ngx_webrtc_evostream_run_t *run,
    const ngx_str_t *text);

/* all but that of the command itself show how they fare */
json_t *ngx_webrtc_evostream_config_json(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_config_t *config);


#endif /* _NGX_WEBRTC_EVOSTREAM_RUN_H_INCLUDED_ */
