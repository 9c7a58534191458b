
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the commands, as data: what they are called, take and say of themselves */


#include <strings.h>
#include <core/ngx_webrtc_text.h>
#include <front/evostream/ngx_webrtc_evostream_run.h>


#define NGX_WEBRTC_EVOSTREAM_RELEASE  "0.1.0"


#define NGX_WEBRTC_EVOSTREAM_ARGS_END  { NULL, 0, NULL, NULL }


static json_t *ngx_webrtc_evostream_help_command(
    const ngx_webrtc_evostream_command_t *command);
static json_t *ngx_webrtc_evostream_help_arg(
    const ngx_webrtc_evostream_arg_t *arg);


static const ngx_webrtc_evostream_arg_t  ngx_webrtc_evostream_start_args[] = {

    { "ersIp", 1, NULL,
      "Address or host name of the rendezvous server; not needed with ers" },

    { "ersPort", 1, NULL,
      "Port of the rendezvous server, 1 to 65535" },

    { "roomId", 1, NULL,
      "Name of the room, in which viewers meet this server" },

    { "token", 0, "",
      "What the rendezvous server may want to know this server by" },

    { "ers", 0, "",
      "Host name or address of the rendezvous server, in place of ersIp" },

    { "keepAlive", 0, "1",
      "1: connect again whenever the connection is lost" },

    { "ersOverSsl", 0, "0",
      "1: the connection to the rendezvous server is TLS" },

    NGX_WEBRTC_EVOSTREAM_ARGS_END
};


static const ngx_webrtc_evostream_arg_t  ngx_webrtc_evostream_stop_args[] = {

    { "ersIp", 0, "",
      "Only rooms of this rendezvous server" },

    { "ersPort", 0, "0",
      "Only rooms of rendezvous servers with this port; 0: any" },

    { "roomId", 0, "",
      "Only rooms of this name" },

    NGX_WEBRTC_EVOSTREAM_ARGS_END
};


static const ngx_webrtc_evostream_arg_t  ngx_webrtc_evostream_id_args[] = {

    { "id", 1, NULL,
      "The configId that startWebRTC has told" },

    NGX_WEBRTC_EVOSTREAM_ARGS_END
};


static const ngx_webrtc_evostream_arg_t  ngx_webrtc_evostream_remove_args[] = {

    { "id", 1, NULL,
      "The configId that startWebRTC has told" },

    { "groupName", 0, "",
      "In place of id; there are no groups, so that nothing is removed" },

    NGX_WEBRTC_EVOSTREAM_ARGS_END
};


#define NGX_WEBRTC_EVOSTREAM_STREAM_ARGS                                     \
    { "id", 0, "0",                                                          \
      "The uniqueId that listStreams tells" },                               \
    { "localStreamName", 0, "",                                              \
      "Name of the stream, in place of id" }

static const ngx_webrtc_evostream_arg_t  ngx_webrtc_evostream_stream_args[] = {
    NGX_WEBRTC_EVOSTREAM_STREAM_ARGS,
    NGX_WEBRTC_EVOSTREAM_ARGS_END
};

static const ngx_webrtc_evostream_arg_t  ngx_webrtc_evostream_close_args[] = {
    NGX_WEBRTC_EVOSTREAM_STREAM_ARGS,

    { "permanently", 0, "1",
      "Without effect: no stream has a configuration of its own" },

    NGX_WEBRTC_EVOSTREAM_ARGS_END
};


static const ngx_webrtc_evostream_arg_t  ngx_webrtc_evostream_no_args[] = {
    NGX_WEBRTC_EVOSTREAM_ARGS_END
};


static const ngx_webrtc_evostream_arg_t  ngx_webrtc_evostream_command_id = {
    "commandId", 0, "-No default value-",
    "Comes back as responseId in the answer, which tells answers apart"
};


static const ngx_webrtc_evostream_command_t  ngx_webrtc_evostream_commands[]
    =
{
    { "startWebRTC", NULL,
      ngx_webrtc_evostream_cmd_start_webrtc,
      ngx_webrtc_evostream_start_args,
      "Joins a room on a rendezvous server and serves its viewers" },

    { "stopWebRTC", NULL,
      ngx_webrtc_evostream_cmd_stop_webrtc,
      ngx_webrtc_evostream_stop_args,
      "Leaves rooms, ends their viewers and forgets the configurations" },

    { "listConfig", "listPullPushConfig",
      ngx_webrtc_evostream_cmd_list_config,
      ngx_webrtc_evostream_no_args,
      "Lists all configurations with their state" },

    { "getConfigInfo", NULL,
      ngx_webrtc_evostream_cmd_get_config_info,
      ngx_webrtc_evostream_id_args,
      "Shows one configuration, also one that has ended" },

    { "removeConfig", "removePullPushConfig",
      ngx_webrtc_evostream_cmd_remove_config,
      ngx_webrtc_evostream_remove_args,
      "Leaves a room, ends its viewers and forgets the configuration" },

    { "listStreams", NULL,
      ngx_webrtc_evostream_cmd_list_streams,
      ngx_webrtc_evostream_no_args,
      "Lists all streams: those of publishers and those to viewers" },

    { "listStreamsIds", NULL,
      ngx_webrtc_evostream_cmd_list_streams_ids,
      ngx_webrtc_evostream_no_args,
      "Lists the uniqueId of all streams" },

    { "getStreamInfo", NULL,
      ngx_webrtc_evostream_cmd_get_stream_info,
      ngx_webrtc_evostream_stream_args,
      "Shows one stream" },

    { "shutdownStream", NULL,
      ngx_webrtc_evostream_cmd_shutdown_stream,
      ngx_webrtc_evostream_close_args,
      "Ends a viewer, the connection of a publisher, or a UDP port" },

    { "isStreamRunning", NULL,
      ngx_webrtc_evostream_cmd_is_stream_running,
      ngx_webrtc_evostream_stream_args,
      "Tells whether there is such a stream" },

    { "getStreamsCount", NULL,
      ngx_webrtc_evostream_cmd_get_streams_count,
      ngx_webrtc_evostream_no_args,
      "Tells how many streams there are" },

    { "listInboundStreamNames", NULL,
      ngx_webrtc_evostream_cmd_list_inbound_names,
      ngx_webrtc_evostream_no_args,
      "Lists the names that viewers may ask for" },

    { "version", NULL,
      ngx_webrtc_evostream_cmd_version,
      ngx_webrtc_evostream_no_args,
      "Tells the version of this server" },

    { "help", NULL,
      ngx_webrtc_evostream_cmd_help,
      ngx_webrtc_evostream_no_args,
      "Describes all commands" },

    { "quit", NULL,
      ngx_webrtc_evostream_cmd_quit,
      ngx_webrtc_evostream_no_args,
      "Closes the connection on which it was said" },

    { NULL, NULL, NULL, NULL, NULL }
};


const ngx_webrtc_evostream_command_t *
ngx_webrtc_evostream_command_find(const ngx_str_t *name)
{
    const char                            *names[2];
    ngx_uint_t                             i;
    const ngx_webrtc_evostream_command_t  *command;

    if (name->len == 0) {
        return NULL;
    }

    for (command = ngx_webrtc_evostream_commands; command->name; command++) {

        names[0] = command->name;
        names[1] = command->alias;

        for (i = 0; i < 2; i++) {

            if (names[i]
                && ngx_strlen(names[i]) == name->len
                && strncasecmp(names[i], (char *) name->data, name->len) == 0)
            {
                return command;
            }
        }
    }

    return NULL;
}


ngx_int_t
ngx_webrtc_evostream_cmd_help(ngx_webrtc_evostream_run_t *run)
{
    json_t                                *list;
    const ngx_webrtc_evostream_command_t  *command;

    list = json_array();

    for (command = ngx_webrtc_evostream_commands; command->name; command++) {
        (void) json_array_append_new(list,
                                 ngx_webrtc_evostream_help_command(command));
    }

    return ngx_webrtc_evostream_run_done(run, list, "Available commands");
}


static json_t *
ngx_webrtc_evostream_help_command(
    const ngx_webrtc_evostream_command_t *command)
{
    json_t                            *args;
    const ngx_webrtc_evostream_arg_t  *arg;

    args = json_array();

    for (arg = command->args; arg->name; arg++) {
        (void) json_array_append_new(args,
                                     ngx_webrtc_evostream_help_arg(arg));
    }

    (void) json_array_append_new(args,
                 ngx_webrtc_evostream_help_arg(
                                        &ngx_webrtc_evostream_command_id));

    return json_pack("{s:s, s:b, s:s, s:o}",
                     "command", command->name,
                     "deprecated", 0,
                     "description", command->description,
                     "parameters", args);
}


static json_t *
ngx_webrtc_evostream_help_arg(const ngx_webrtc_evostream_arg_t *arg)
{
    return json_pack("{s:s?, s:s, s:b, s:s}",
                     "defaultValue", arg->value,
                     "description", arg->description,
                     "mandatory", arg->mandatory,
                     "name", arg->name);
}


ngx_int_t
ngx_webrtc_evostream_cmd_version(ngx_webrtc_evostream_run_t *run)
{
    json_t             *data;
    u_char              buf[256];
    ngx_webrtc_text_t   text;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));

    ngx_webrtc_text_cstr(&text, "ngx_webrtc_module version "
                                NGX_WEBRTC_EVOSTREAM_RELEASE " (built for ");
    ngx_webrtc_text_cstr(&text, run->api->server);
    ngx_webrtc_text_cstr(&text, ")");

    data = json_pack("{s:s%, s:s, s:s, s:s, s:s, s:s, s:s}",
                     "banner", buf, ngx_webrtc_text_len(&text),
                     "branchName", "",
                     "buildDate", "",
                     "buildNumber", "",
                     "codeName", "",
                     "hash", "",
                     "releaseNumber", NGX_WEBRTC_EVOSTREAM_RELEASE);

    return ngx_webrtc_evostream_run_done(run, data, "Version");
}


ngx_int_t
ngx_webrtc_evostream_cmd_quit(ngx_webrtc_evostream_run_t *run)
{
    run->quit = 1;

    return ngx_webrtc_evostream_run_done(run, json_null(), "Bye!");
}
