package org.pno.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pno.cli.json.Json;

class SocketLineTest {
    @Test
    void shouldShowAListenerAsSsDoes() {
        final Map<String, Object> listener = Json.object(
                "state", "LISTEN",
                "local", "10.77.0.1",
                "localPort", 6379.0,
                "remote", "*",
                "remotePort", 0.0,
                "recvQ", 2.0,
                "sendQ", 511.0,
                "uid", 0.0,
                "pid", 42.0,
                "program", "redis-server");
        assertEquals(
                "LISTEN      2       511             10.77.0.1:6379                    *:*"
                        + "  users:((\"redis-server\",pid=42))",
                new SocketLine(listener).toString());
    }

    @Test
    void shouldShowWhatTcpKnowsOfAConnection() {
        final Map<String, Object> connection = Json.object(
                "state", "ESTAB",
                "local", "10.77.0.1",
                "localPort", 6379.0,
                "remote", "10.77.0.2",
                "remotePort", 43210.0,
                "recvQ", 0.0,
                "sendQ", 7.0,
                "congestion", "newreno",
                "cwndBytes", 14600.0,
                "ssthreshBytes", -1.0,
                "mssBytes", 1460.0,
                "srttMicros", 120.5,
                "rttvarMicros", 10.0,
                "rtoMicros", 200000.0,
                "retransmits", 3.0,
                "segmentsIn", 11.0,
                "segmentsOut", 12.0,
                "sndWndBytes", 65535.0,
                "rcvWndBytes", 131072.0,
                "sndWscale", 7.0,
                "rcvWscale", 6.0,
                "sack", 1.0,
                "timestamps", 1.0);
        final String[] lines = new SocketLine(connection).toString().split("\\R");
        assertEquals("ESTAB       0       7               10.77.0.1:6379        10.77.0.2:43210", lines[0]);
        assertEquals(
                "\t ts sack newreno wscale:7,6 rto:200 rtt:0.121/0.01 mss:1460 cwnd:10 segs_out:12 segs_in:11"
                        + " retrans:3 snd_wnd:65535 rcv_wnd:131072",
                lines[1]);
    }
}
