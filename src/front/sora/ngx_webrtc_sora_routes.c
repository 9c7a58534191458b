
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the operations of the HTTP API, as data */


#include <hub/ngx_webrtc_spotlight.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_schema.h>


#define NGX_WEBRTC_SORA_ID(name)                                             \
    { name, NGX_WEBRTC_SORA_ARG_STRING, 1, 1, NGX_WEBRTC_NAME_MAX, NULL }

#define NGX_WEBRTC_SORA_OPTIONAL_ID(name)                                    \
    { name, NGX_WEBRTC_SORA_ARG_STRING, 0, 1, NGX_WEBRTC_NAME_MAX, NULL }

#define NGX_WEBRTC_SORA_REASON                                               \
    { "reason", NGX_WEBRTC_SORA_ARG_OBJECT, 0, 0, 0, NULL }

#define NGX_WEBRTC_SORA_ROLE                                                 \
    { "role", NGX_WEBRTC_SORA_ARG_STRING, 1, 0, 0, ngx_webrtc_sora_roles }

#define NGX_WEBRTC_SORA_DATA                                                 \
    { "data", NGX_WEBRTC_SORA_ARG_OBJECT, 1, 0, 0, NULL }

#define NGX_WEBRTC_SORA_PUSH                                                 \
    { "push", NGX_WEBRTC_SORA_ARG_BOOLEAN, 0, 0, 0, NULL }

/* items of one call */
#define NGX_WEBRTC_SORA_BATCH_MAX  1000

#define NGX_WEBRTC_SORA_NAME                                                 \
    { "name", NGX_WEBRTC_SORA_ARG_STRING, 0, 1, NGX_WEBRTC_NAME_MAX, NULL }

/* the rest of a filter is checked when it is read */

#define NGX_WEBRTC_SORA_FILTER                                               \
    NGX_WEBRTC_SORA_NAME,                                                    \
    { "rules", NGX_WEBRTC_SORA_ARG_ARRAY, 1, 0, 1000, NULL }

#define NGX_WEBRTC_SORA_ARGS_END  { NULL, 0, 0, 0, 0, NULL }


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_local_args[] = {
    { "local", NGX_WEBRTC_SORA_ARG_BOOLEAN, 0, 0, 0, NULL },
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_channel_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_connection_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_sender_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_OPTIONAL_ID("connection_id"),
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_forwarding_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_OPTIONAL_ID("connection_id"),
    { "ip_address", NGX_WEBRTC_SORA_ARG_STRING, 1, 1, 255, NULL },
    { "audio_port", NGX_WEBRTC_SORA_ARG_INTEGER, 1, 1, 65535, NULL },
    { "video_port", NGX_WEBRTC_SORA_ARG_INTEGER, 1, 1, 65535, NULL },
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_bit_rate_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    { "bit_rate", NGX_WEBRTC_SORA_ARG_INTEGER, 1, 1, 30000, NULL },
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_end_channel_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_REASON,
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_client_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("client_id"),
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_end_client_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("client_id"),
    NGX_WEBRTC_SORA_REASON,
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_end_connection_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    NGX_WEBRTC_SORA_REASON,
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_end_role_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ROLE,
    NGX_WEBRTC_SORA_REASON,
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_request_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("recv_connection_id"),
    NGX_WEBRTC_SORA_OPTIONAL_ID("send_connection_id"),
    { "rid", NGX_WEBRTC_SORA_ARG_STRING, 1, 0, 0,
      ngx_webrtc_sora_rids + 1 },
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_request_rid_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("receiver_connection_id"),
    NGX_WEBRTC_SORA_OPTIONAL_ID("sender_connection_id"),
    { "rid", NGX_WEBRTC_SORA_ARG_STRING, 1, 0, 0, ngx_webrtc_sora_rids },
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_reset_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("recv_connection_id"),
    NGX_WEBRTC_SORA_OPTIONAL_ID("send_connection_id"),
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_pause_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("recv_connection_id"),
    NGX_WEBRTC_SORA_ID("send_connection_id"),
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_number_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    { "spotlight_number", NGX_WEBRTC_SORA_ARG_INTEGER, 1, 1,
      NGX_WEBRTC_SPOTLIGHT_MAX, NULL },
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_spotlight_rid_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("recv_connection_id"),
    NGX_WEBRTC_SORA_OPTIONAL_ID("send_connection_id"),
    { "spotlight_focus_rid", NGX_WEBRTC_SORA_ARG_STRING, 1, 0, 0,
      ngx_webrtc_sora_rids },
    { "spotlight_unfocus_rid", NGX_WEBRTC_SORA_ARG_STRING, 1, 0, 0,
      ngx_webrtc_sora_rids },
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_batch_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    { "item_list", NGX_WEBRTC_SORA_ARG_ARRAY, 1, 0,
      NGX_WEBRTC_SORA_BATCH_MAX, NULL },
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_push_channel_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_DATA,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_push_role_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ROLE,
    NGX_WEBRTC_SORA_DATA,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_push_client_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("client_id"),
    NGX_WEBRTC_SORA_DATA,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_push_connection_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    NGX_WEBRTC_SORA_DATA,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_put_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    { "metadata", NGX_WEBRTC_SORA_ARG_OBJECT, 1, 0, 0, NULL },
    NGX_WEBRTC_SORA_PUSH,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_put_item_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    NGX_WEBRTC_SORA_ID("key"),
    { "value", NGX_WEBRTC_SORA_ARG_ANY, 1, 0, 0, NULL },
    NGX_WEBRTC_SORA_PUSH,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_delete_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    NGX_WEBRTC_SORA_PUSH,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_delete_item_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    NGX_WEBRTC_SORA_ID("key"),
    NGX_WEBRTC_SORA_PUSH,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_list_filters_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    { "blocked", NGX_WEBRTC_SORA_ARG_BOOLEAN, 0, 0, 0, NULL },
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_filter_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_FILTER,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_own_filter_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    NGX_WEBRTC_SORA_FILTER,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_put_filter_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    { "current_version", NGX_WEBRTC_SORA_ARG_STRING, 0, 1,
      NGX_WEBRTC_NAME_MAX, NULL },
    NGX_WEBRTC_SORA_FILTER,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_put_own_filter_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    { "current_version", NGX_WEBRTC_SORA_ARG_STRING, 0, 1,
      NGX_WEBRTC_NAME_MAX, NULL },
    NGX_WEBRTC_SORA_FILTER,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_del_filter_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_NAME,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_del_own_filter_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    NGX_WEBRTC_SORA_NAME,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_session_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    { "session_id", NGX_WEBRTC_SORA_ARG_STRING, 0, 1,
      NGX_WEBRTC_NAME_MAX, NULL },
    NGX_WEBRTC_SORA_REASON,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_route_t  ngx_webrtc_sora_routes[] = {

    { "20151104", "DisconnectChannel", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_end_channel_args,
      ngx_webrtc_sora_disconnect_channel },

    { "20151104", "DisconnectClient", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_end_client_args,
      ngx_webrtc_sora_disconnect_client },

    { "20151104", "DisconnectConnection", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_end_connection_args,
      ngx_webrtc_sora_disconnect_connection },

    { "20160711", "PushChannel", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_push_channel_args,
      ngx_webrtc_sora_push_channel },

    { "20160711", "PushClient", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_push_client_args,
      ngx_webrtc_sora_push_client },

    { "20160711", "PushConnection", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_push_connection_args,
      ngx_webrtc_sora_push_connection },

    { "20170529", "GetStatsConnection", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_connection_args,
      ngx_webrtc_sora_get_stats_connection },

    { "20170529", "GetStatsClient", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_client_args,
      ngx_webrtc_sora_get_stats_client },

    { "20170814", "StartForwardingRtp", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_forwarding_args,
      ngx_webrtc_sora_start_forwarding },

    { "20170814", "StopForwardingRtp", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_sender_args,
      ngx_webrtc_sora_stop_forwarding },

    { "20171010", "GetStatsReport", NGX_WEBRTC_SORA_STATS_REPORT,
      NULL, NULL },

    { "20171101", "GetStatsAllConnections", NGX_WEBRTC_SORA_TRAFFIC,
      ngx_webrtc_sora_local_args, NULL },

    { "20171218", "GetLicense", NGX_WEBRTC_SORA_LICENSE, NULL, NULL },

    { "20190327", "ChangeUpstreamVideoBitRate", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_bit_rate_args,
      ngx_webrtc_sora_change_bit_rate },

    { "20200225", "GetAllRemoteStats", NGX_WEBRTC_SORA_REMOTE_STATS,
      NULL, NULL },

    { "20200225", "GetChannelRemoteStats", NGX_WEBRTC_SORA_REMOTE_STATS,
      ngx_webrtc_sora_channel_args, NULL },

    { "20200225", "GetConnectionRemoteStats", NGX_WEBRTC_SORA_REMOTE_STATS,
      ngx_webrtc_sora_connection_args, NULL },

    { "20200401", "PauseRtpStream", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_pause_args,
      ngx_webrtc_sora_pause_rtp_stream },

    { "20200401", "ResumeRtpStream", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_pause_args,
      ngx_webrtc_sora_resume_rtp_stream },

    { "20200401", "ListPauseRtpStreams", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_channel_args,
      ngx_webrtc_sora_list_pause_rtp_streams },

    { "20200807", "FocusSpotlightFixed", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_connection_args,
      ngx_webrtc_sora_focus_spotlight_fixed },

    { "20200807", "FocusSpotlight", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_connection_args,
      ngx_webrtc_sora_focus_spotlight },

    { "20200807", "UnfocusSpotlight", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_connection_args,
      ngx_webrtc_sora_unfocus_spotlight },

    { "20200807", "ChangeSpotlightNumber", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_number_args,
      ngx_webrtc_sora_change_spotlight_number },

    { "20201005", "RequestRtpStream", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_request_args,
      ngx_webrtc_sora_request_rtp_stream },

    { "20201005", "ResetRtpStream", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_reset_args,
      ngx_webrtc_sora_reset_rtp_stream },

    { "20201013", "ListConnections", NGX_WEBRTC_SORA_LIST_CONNECTIONS,
      ngx_webrtc_sora_local_args, NULL },

    { "20201013", "ListChannelConnections", NGX_WEBRTC_SORA_LIST_CONNECTIONS,
      ngx_webrtc_sora_channel_args, NULL },

    { "20201013", "ListChannels", NGX_WEBRTC_SORA_LIST_CHANNELS,
      NULL, NULL },

    { "20201120", "DisconnectChannelByRole", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_end_role_args,
      ngx_webrtc_sora_disconnect_role },

    { "20201120", "PushChannelByRole", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_push_role_args,
      ngx_webrtc_sora_push_role },

    { "20201124", "ListSignalingNotifyMetadata", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_channel_args,
      ngx_webrtc_sora_list_metadata },

    { "20201124", "GetSignalingNotifyMetadata", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_connection_args,
      ngx_webrtc_sora_get_metadata },

    { "20201124", "PutSignalingNotifyMetadata", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_put_args,
      ngx_webrtc_sora_put_metadata },

    { "20201124", "PutSignalingNotifyMetadataItem", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_put_item_args,
      ngx_webrtc_sora_put_metadata_item },

    { "20201124", "DeleteSignalingNotifyMetadata", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_delete_args,
      ngx_webrtc_sora_delete_metadata },

    { "20201124", "DeleteSignalingNotifyMetadataItem", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_delete_item_args,
      ngx_webrtc_sora_delete_metadata_item },
    { "20211215", "RequestSpotlightRid", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_spotlight_rid_args,
      ngx_webrtc_sora_request_spotlight_rid },

    { "20211215", "ResetSpotlightRid", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_reset_args,
      ngx_webrtc_sora_reset_spotlight_rid },

    { "20211215", "BatchRequestSpotlightRid", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_batch_args,
      ngx_webrtc_sora_batch_request_spotlight_rid },

    { "20251217", "RequestSimulcastRid", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_request_rid_args,
      ngx_webrtc_sora_request_simulcast_rid },

    { "20211215", "ListRtcStats", NGX_WEBRTC_SORA_REMOTE_STATS,
      NULL, NULL },

    { "20211215", "ListChannelRtcStats", NGX_WEBRTC_SORA_REMOTE_STATS,
      ngx_webrtc_sora_channel_args, NULL },

    { "20211215", "GetRtcStats", NGX_WEBRTC_SORA_REMOTE_STATS,
      ngx_webrtc_sora_connection_args, NULL },

    { "20211215", "ListClusterNodes", NGX_WEBRTC_SORA_NODES,
      NULL, NULL },

    { "20241218", "RequestKeyFrame", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_connection_args,
      ngx_webrtc_sora_request_key_frame },

    { "20230628", "ListForwardingFilters", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_list_filters_args,
      ngx_webrtc_sora_list_filters },

    { "20230628", "CreateChannelForwardingFilter", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_filter_args,
      ngx_webrtc_sora_create_filter },

    { "20230628", "UpdateChannelForwardingFilter", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_put_filter_args,
      ngx_webrtc_sora_update_filter },

    { "20230628", "DeleteChannelForwardingFilter", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_del_filter_args,
      ngx_webrtc_sora_delete_filter },

    { "20230628", "CreateConnectionForwardingFilter", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_own_filter_args,
      ngx_webrtc_sora_create_filter },

    { "20230628", "UpdateConnectionForwardingFilter", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_put_own_filter_args,
      ngx_webrtc_sora_update_filter },

    { "20230628", "DeleteConnectionForwardingFilter", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_del_own_filter_args,
      ngx_webrtc_sora_delete_filter },

    { "20230628", "TerminateSession", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_session_args,
      ngx_webrtc_sora_terminate_session },

    { "20231220", "GetSession", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_session_args,
      ngx_webrtc_sora_get_session },

    { "20231220", "ListSessions", NGX_WEBRTC_SORA_LIST_SESSIONS,
      NULL, NULL },

    { NULL, NULL, NGX_WEBRTC_SORA_HOME, NULL, NULL }
};


const ngx_webrtc_sora_route_t *
ngx_webrtc_sora_route_find(const ngx_str_t *version,
    const ngx_str_t *operation)
{
    const ngx_webrtc_sora_route_t  *route;

    for (route = ngx_webrtc_sora_routes; route->version; route++) {

        if (ngx_memcmp(route->version, version->data, 8) == 0
            && ngx_strlen(route->operation) == operation->len
            && ngx_memcmp(route->operation, operation->data, operation->len)
               == 0)
        {
            return route;
        }
    }

    return NULL;
}
