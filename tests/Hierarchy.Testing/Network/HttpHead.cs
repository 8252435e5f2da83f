using System.Net.Sockets;
using System.Text;

namespace Hierarchy.Testing.Network;

/// <summary>The first lines of an HTTP/1.1 message, read byte by byte: what follows stays on the stream.</summary>
internal sealed record HttpHead(string FirstLine, IReadOnlyDictionary<string, string> Headers)
{
    private const int Longest = 64 * 1024;

    public int ContentLength => Headers.TryGetValue("Content-Length", out var text) && int.TryParse(text, out var length) ? length : 0;

    /// <summary>Null when the connection ends first.</summary>
    public static async Task<HttpHead?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (text.Length < Longest)
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0) return null;
            text.Append((char)one[0]);
            if (text.Length < 4 || one[0] != '\n' || text[^2] != '\r' || text[^3] != '\n') continue;
            var lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
                .GroupBy(pair => pair[0].Trim(), StringComparer.OrdinalIgnoreCase)
                .ToDictionary(group => group.Key, group => group.First()[1].Trim(), StringComparer.OrdinalIgnoreCase);
            return new HttpHead(lines[0], headers);
        }

        throw new SocketException((int)SocketError.MessageSize);
    }

    /// <summary>Reads the body that the head announces.</summary>
    public async Task<byte[]> ReadBodyAsync(Stream stream, CancellationToken cancellationToken)
    {
        var body = new byte[ContentLength];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return body;
    }
}
