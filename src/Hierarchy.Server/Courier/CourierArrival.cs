using System.Runtime.CompilerServices;
using Grpc.Core;
using Hierarchy.Domain;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication.Courier;
using Hierarchy.Server.Api.Admin;

namespace Hierarchy.Server.Courier;

/// <summary>A courier file on its way in: its header, then its other frames, as the caller sends the bytes.</summary>
internal sealed class CourierArrival : IDisposable
{
    private readonly IAsyncStreamReader<ImportRequest> _requests;
    private readonly CourierReader _reader = new();

    private CourierArrival(IAsyncStreamReader<ImportRequest> requests) => _requests = requests;

    /// <summary>The header, read.</summary>
    public CourierHeader Header { get; private set; } = null!; // Set before anybody sees this.

    /// <summary>Reads the header of a file of that kind.</summary>
    /// <exception cref="IntegrityException">It is no courier file, or a damaged one.</exception>
    public static async Task<CourierArrival> OpenAsync(IAsyncStreamReader<ImportRequest> requests, CourierKind kind, CancellationToken cancellationToken)
    {
        var arrival = new CourierArrival(requests);
        try
        {
            if (await arrival.NextAsync(cancellationToken) is not { } frame) throw Cut();
            arrival.Header = CourierHeaders.Read(frame);
            if (arrival.Header.Kind == kind) return arrival;
            throw Refusal.Invalid((arrival.Header.Kind, kind) switch
            {
                (CourierKind.Status, _) => "This file carries reports. Import it with `hierarchy import --status FILE`, at a server above.",
                (CourierKind.Position, _) => "This file says where a server stands. Name it to `hierarchy export FILE --since THIS` at a server above, and import what that makes.",
                _ => "This file carries the log, not reports. Import it with `hierarchy import FILE`, at the server that it was made for.",
            });
        }
        catch
        {
            arrival.Dispose();
            throw;
        }
    }

    /// <summary>The frames behind the header; the last one is checked, and not handed out.</summary>
    /// <exception cref="IntegrityException">The file is damaged, or was cut off.</exception>
    public async IAsyncEnumerable<CourierFrame> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is { } frame)
            if (frame.Type != CourierFrameType.End)
                yield return frame;
        _reader.Complete();
    }

    public void Dispose() => _reader.Dispose();

    private static IntegrityException Cut() => new("The courier file ends before its header does. Copy it again, or export it anew.");

    private async Task<CourierFrame?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_reader.TryRead(out var frame)) return frame;
            if (!await _requests.MoveNext(cancellationToken)) return null;
            if (_requests.Current.MessageCase != ImportRequest.MessageOneofCase.Chunk) throw Refusal.Invalid("After ImportStarted come the bytes of the file alone.");
            _reader.Append(_requests.Current.Chunk.Span);
        }
    }
}
