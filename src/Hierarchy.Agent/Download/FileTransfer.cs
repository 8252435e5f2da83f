using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Agent.Download;

/// <summary>One attempt to get one file from one server into its partial file, going on where the partial file ends.</summary>
internal sealed class FileTransfer(HttpClient http, TimeProvider time, UpdateFile file, string server, string partial) : IDisposable
{
    private const int BufferLength = 128 * 1024;
    private const int FlushEvery = 4 * 1024 * 1024;

    /// <summary>No byte for this long ends the attempt.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FileDigests _digests = new();

    private string TagPath => partial + ".tag";

    /// <summary>Ends with the whole and verified file under its partial name. Returns how many bytes came over the network.</summary>
    /// <exception cref="IntegrityException">The server gives other bytes than the document promises: the partial file is not to be built upon.</exception>
    /// <exception cref="FileNotFoundException">The server does not have it.</exception>
    /// <exception cref="UnavailableException">The server does not give it now; what came stays.</exception>
    internal async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        var received = 0L;
        using (var target = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.Asynchronous))
        {
            await ResumeAsync(target, cancellationToken);
            if (_digests.Length < file.Size) received = await ReceiveAsync(target, cancellationToken);
            target.Flush(flushToDisk: true);
        }

        if (!_digests.Matches(file)) throw new IntegrityException($"the bytes are not those that the document promises (SHA-1 {ContentFolder.NameOf(file)}).");
        File.Delete(TagPath);
        return received;
    }

    /// <summary>Removes what came: bytes that are wrong are not built upon.</summary>
    internal void Discard()
    {
        File.Delete(partial);
        File.Delete(TagPath);
    }

    public void Dispose() => _digests.Dispose();

    // What is on the disk is hashed again: after a crash only the disk knows what it has.
    private async Task ResumeAsync(FileStream target, CancellationToken cancellationToken)
    {
        if (target.Length > file.Size) target.SetLength(0);
        var buffer = new byte[BufferLength];
        int count;
        while ((count = await target.ReadAsync(buffer, cancellationToken)) > 0) _digests.Append(buffer.AsSpan(0, count));
    }

    private async Task<long> ReceiveAsync(FileStream target, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            using var request = CreateRequest();
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            Accept(response, target);
            await using var body = await response.Content.ReadAsStreamAsync(linked.Token);
            return await CopyAsync(body, target, patience, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException($"no byte came for {Patience.TotalSeconds:0} s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or (IOException and not FileNotFoundException))
        {
            throw new UnavailableException(exception.Message, exception);
        }
    }

    private HttpRequestMessage CreateRequest()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Downloader.AddressOf(server, file));
        if (_digests.Length == 0) return request;
        request.Headers.Range = new RangeHeaderValue(_digests.Length, null);

        // A tag means something to the server that gave it. To another one the digest in the name says as much.
        if (File.Exists(TagPath) && File.ReadAllLines(TagPath) is [var from, var tag] && from == server && EntityTagHeaderValue.TryParse(tag, out var parsed))
            request.Headers.IfRange = new RangeConditionHeaderValue(parsed);
        return request;
    }

    private void Accept(HttpResponseMessage response, FileStream target)
    {
        var offset = _digests.Length;
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when offset > 0:
                if (response.Content.Headers.ContentRange?.From != offset) throw new IntegrityException($"the server sent another range than was asked for (from byte {offset}).");
                break;
            case HttpStatusCode.OK:
                // The server begins at the beginning: so does the file.
                target.SetLength(0);
                _digests.Reset();
                offset = 0;
                break;
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                throw new IntegrityException($"the server has no byte {offset}; the document promises {file.Size} bytes.");
            case HttpStatusCode.NotFound:
                throw new FileNotFoundException("the server does not have it (HTTP 404).");
            default:
                throw new UnavailableException($"the server answered HTTP {(int)response.StatusCode}.");
        }

        if (response.Content.Headers.ContentLength is { } length && length != file.Size - offset)
            throw new IntegrityException($"the server has {offset + length} bytes, the document promises {file.Size}.");
        if (response.Headers.ETag is { IsWeak: false } tag) File.WriteAllLines(TagPath, [server, tag.ToString()]);
        else File.Delete(TagPath);
    }

    private async Task<long> CopyAsync(Stream body, FileStream target, CancellationTokenSource patience, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferLength];
        var received = 0L;
        var unflushed = 0;
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            patience.CancelAfter(Patience);
            if (_digests.Length + count > file.Size) throw new IntegrityException($"the server sends more than the {file.Size} bytes that the document promises.");
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            _digests.Append(buffer.AsSpan(0, count));
            received += count;
            if ((unflushed += count) < FlushEvery) continue;
            target.Flush(flushToDisk: true);
            unflushed = 0;
        }

        return _digests.Length == file.Size ? received : throw new UnavailableException($"the connection ended after {_digests.Length} of {file.Size} bytes.");
    }
}
