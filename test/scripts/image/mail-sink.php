<?php
// php mail-sink.php PORT: accepts mail by SMTP and prints every received line.
$server = stream_socket_server("tcp://127.0.0.1:$argv[1]");
echo "up\n";
while ($client = stream_socket_accept($server, 60)) {
    fwrite($client, "220 sink\r\n");
    $data = false;
    while (($line = fgets($client)) !== false) {
        $line = rtrim($line, "\r\n");
        echo "$line\n";
        if ($data) {
            $data = $line !== '.';
            fwrite($client, $data ? '' : "250 taken\r\n");
            continue;
        }
        $data = $line === 'DATA';
        $step = str_starts_with($line, "AUTH LOGIN") ? 1 : (($step ?? 0) > 0 && $step < 3 ? $step + 1 : 0);
        fwrite($client, match (true) {
            $line === 'QUIT' => "221 bye\r\n",
            $data => "354 go on\r\n",
            str_starts_with($line, 'EHLO') => "250-sink\r\n250 AUTH LOGIN\r\n",
            $step === 1 => "334 VXNlcm5hbWU6\r\n",
            $step === 2 => "334 UGFzc3dvcmQ6\r\n",
            $step === 3 => "235 welcome\r\n",
            default => "250 fine\r\n",
        });
    }
}
