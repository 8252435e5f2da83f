using System.Buffers.Binary;
using System.Net.Sockets;

namespace Hierarchy.Testing.Rpc;

/// <summary>Plays hostile connections against a server, each made of its seed alone.</summary>
internal static class HostileClient
{
    private const int FrameHead = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Sends so many calls on one connection and waits until the server has read them all, which the answer to a ping shows; then breaks the connection, or leaves. Returns
    /// whether the server kept the connection until then. Throws a <see cref="TimeoutException"/> when it neither answers nor closes.
    /// </summary>
    public static async Task<bool> PlayAsync(Uri server, int seed, int calls, string service, IReadOnlyList<string> methods, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var hostile = new HostileCalls(random, service, methods);
        var output = new FrameWriter();
        output.Begin();
        for (var call = 0; call < calls; call++)
            hostile.Add(output, (call * 2) + 1);
        output.Frame(FrameWriter.Ping, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, limit.Token);
            var answered = ReadUntilPongAsync(socket, limit.Token);
            var sent = SendAsync(socket, output.Written, random, limit.Token);
            var kept = await answered;
            await sent;
            if (kept && random.Next(2) == 0)
            {
                output = new FrameWriter();
                hostile.Break(output, (calls * 2) + 1);
                output.Frame(FrameWriter.Ping, 0, 0, [8, 7, 6, 5, 4, 3, 2, 1]);
                answered = ReadUntilPongAsync(socket, limit.Token);
                await SendAsync(socket, output.Written, random, limit.Token);
                await answered;
            }

            return kept;
        }
        catch (SocketException)
        {
            return false; // closed by the server, as it may
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The server neither answered nor closed the connection of seed {seed} within {Patience}.");
        }
        finally
        {
            // With a reset, so that many connections leave no ports waiting.
            if (socket.Connected) socket.Close(0);
        }
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, Random random, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var length = Math.Min(bytes.Length, random.Next(1, 16 * 1024));
            length = await socket.SendAsync(bytes[..length], cancellationToken);
            bytes = bytes[length..];
        }
    }

    /// <summary>Reads and drops until the ping is answered. False when the connection ends first.</summary>
    private static async Task<bool> ReadUntilPongAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using var stream = new BufferedStream(new NetworkStream(socket, ownsSocket: false), 32 * 1024);
        var (head, rest) = (new byte[FrameHead], new byte[16 * 1024]);
        try
        {
            while (await stream.ReadAtLeastAsync(head, FrameHead, throwOnEndOfStream: false, cancellationToken) == FrameHead)
            {
                for (var left = BinaryPrimitives.ReadInt32BigEndian(head) >> 8; left > 0;)
                {
                    var read = await stream.ReadAsync(rest.AsMemory(0, Math.Min(left, rest.Length)), cancellationToken);
                    if (read == 0) return false;
                    left -= read;
                }

                if (head[3] == FrameWriter.Ping && (head[4] & 1) != 0) return true;
            }

            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
