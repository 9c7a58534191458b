#!/bin/sh

# A peer of the gateway that answers every call with a test picture and a
# tone, and every data connection with a UDP port to talk to.
#
#     sh camera.sh [peer [api]]       needs curl and gst-launch-1.0
#
# Ctrl-C deletes the peer.

peer=${1:-camera}
api=${2:-http://127.0.0.1:8000}

here=127.0.0.1
listen=60001

post() { curl -sS -d "$2" "$api$1"; }
value() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p"; }

token=$(post /peers "{\"key\":\"peerjs\",\"domain\":\"localhost\",
                      \"peer_id\":\"$peer\",\"turn\":false}" | value token)

if [ -z "$token" ]; then
    echo "$peer could not be made: is it there already?" >&2
    exit 1
fi

trap 'kill $sender 2>/dev/null
      curl -sS -X DELETE "$api/peers/$peer?token=$token"; exit' INT TERM

echo "$peer waits for calls"


answer() {
    video=$(post /media '{"is_video":true}')
    audio=$(post /media '{"is_video":false}')

    gst-launch-1.0 -q \
        videotestsrc is-live=true pattern=ball \
        ! video/x-raw,width=640,height=360,framerate=25/1 \
        ! vp8enc deadline=1 target-bitrate=800000 keyframe-max-dist=100 \
        ! rtpvp8pay pt=96 mtu=1200 \
        ! udpsink host=$here port=$(echo "$video" | value port) \
        audiotestsrc is-live=true volume=0.05 ! audio/x-raw,rate=48000 \
        ! opusenc ! rtpopuspay pt=111 \
        ! udpsink host=$here port=$(echo "$audio" | value port) &
    sender=$!

    post "/media/connections/$1/answer" "{
        \"constraints\": {
            \"video\": true, \"videoReceiveEnabled\": false,
            \"audio\": true, \"audioReceiveEnabled\": false,
            \"video_params\": { \"band_width\": 1500, \"codec\": \"VP8\",
                \"payload_type\": 96,
                \"media_id\": \"$(echo "$video" | value media_id)\" },
            \"audio_params\": { \"band_width\": 100, \"codec\": \"OPUS\",
                \"payload_type\": 111,
                \"media_id\": \"$(echo "$audio" | value media_id)\" } } }"
    echo

    until curl -sS "$api/media/connections/$1/events" | grep CLOSE; do
        :
    done

    kill $sender
    echo "the call is over"
}


connect() {
    data=$(post /data '{}')
    port=$(echo "$data" | value port)

    curl -sS -X PUT "$api/data/connections/$1" -d "{
        \"feed_params\": { \"data_id\": \"$(echo "$data" | value data_id)\" },
        \"redirect_params\": { \"ip_v4\": \"$here\", \"port\": $listen } }"
    echo
    echo "what the browser says:  nc -u -l $listen"
    echo "say something to it:    echo hello | nc -u -q 0 $here $port"
}


while true; do
    event=$(curl -sS "$api/peers/$peer/events?token=$token") || sleep 1

    case $event in
    *'"CALL"'*)
        echo "$event"
        answer "$(echo "$event" | value media_connection_id)" &
        ;;

    *'"CONNECTION"'*)
        echo "$event"
        connect "$(echo "$event" | value data_connection_id)"
        ;;

    *'"CLOSE"'*)
        exit
        ;;
    esac
done
