
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Data channels of the clients: an SCTP association over each client's DTLS,
 * every channel that the server opens is acknowledged, and messages go over
 * the one labelled LOAD_DATA_LABEL.
 */


#ifndef _LOAD_DATA_H_INCLUDED_
#define _LOAD_DATA_H_INCLUDED_


#include "load_client.h"


#define LOAD_DATA_LABEL     "#load"


/* what all of them share; with --mode data only */
ngx_int_t load_data_init(load_t *load);
void load_data_cleanup(load_t *load);

/* DTLS is there: gets its records; connected: starts the association */
void load_data_attach(load_client_t *client);
void load_data_start(load_client_t *client);
/* before its DTLS goes */
void load_data_stop(load_client_t *client);

/* after anything that associations may have heard */
void load_data_drain(load_t *load);


#endif /* _LOAD_DATA_H_INCLUDED_ */
