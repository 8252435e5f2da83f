using System.Buffers.Binary;
using Hierarchy.Domain;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent.State;

/// <summary>The documents of the revisions that were decided about, in one file that grows and is rewritten when more than half of it is garbage. What is lost of it is fetched again.</summary>
internal sealed partial class DocumentCache : IDisposable
{
    private const int NumberLength = 4;

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly Dictionary<int, (long Offset, int Length)> _index = [];
    private readonly Dictionary<int, CachedDocument?> _opened = [];
    private FrameFile _file;

    private DocumentCache(string path, ILogger logger)
    {
        (_path, _logger) = (path, logger);
        _file = FrameFile.Open(path, Index);
        if (_file.Lost > 0) Log.Truncated(logger, path, _file.Lost);
    }

    internal int Count => _index.Count;

    internal static DocumentCache Open(StateFolder folder, ILogger logger) => new(folder.Combine("documents.pack"), logger);

    /// <summary>The document of a revision; null when there is none, or none that can be understood.</summary>
    internal CachedDocument? Find(int number)
    {
        if (_opened.TryGetValue(number, out var document)) return document;
        if (!_index.TryGetValue(number, out var place)) return null;
        try
        {
            document = DocumentPayload.Open(_file.Read(place.Offset + NumberLength, place.Length - NumberLength));
        }
        catch (IntegrityException exception)
        {
            // Said once, fetched again with the next sync.
            Log.Unreadable(_logger, number, exception.Message);
            _index.Remove(number);
        }

        _opened[number] = document;
        return document;
    }

    /// <summary>Adds a document. Durable after <see cref="Flush"/>.</summary>
    /// <param name="number">The revision.</param>
    /// <param name="payload">Its record, as the server sent it.</param>
    /// <param name="document">The same, opened.</param>
    internal void Add(int number, ReadOnlySpan<byte> payload, CachedDocument document)
    {
        var frame = new byte[NumberLength + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, number);
        payload.CopyTo(frame.AsSpan(NumberLength));
        _index[number] = (_file.Append(frame), frame.Length);
        _opened[number] = document;
    }

    internal void Flush() => _file.Flush();

    /// <summary>Rewrites the file without the documents that are not wanted any more, when that frees half of it.</summary>
    internal void Compact(Predicate<int> isWanted)
    {
        foreach (var number in _index.Keys.Where(number => !isWanted(number)).ToArray())
        {
            _index.Remove(number);
            _opened.Remove(number);
        }

        var live = _index.Values.Sum(place => (long)place.Length);
        if (_file.Length < 1024 * 1024 || live * 2 > _file.Length) return;

        var partial = _path + AtomicFile.PartialSuffix;
        File.Delete(partial);
        using (var file = FrameFile.Open(partial, (_, _) => true))
        {
            foreach (var place in _index.Values) file.Append(_file.Read(place.Offset, place.Length));
            file.Flush();
        }

        _file.Dispose();
        File.Move(partial, _path, overwrite: true);
        _index.Clear();
        _file = FrameFile.Open(_path, Index);
    }

    public void Dispose() => _file.Dispose();

    private bool Index(long offset, ReadOnlyMemory<byte> frame)
    {
        if (frame.Length < NumberLength) return false;
        _index[BinaryPrimitives.ReadInt32LittleEndian(frame.Span)] = (offset, frame.Length);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1011, LogLevel.Warning, "{Path} was not whole: {Bytes} bytes cut off; what they held is fetched again")]
        internal static partial void Truncated(ILogger logger, string path, long bytes);

        [LoggerMessage(1012, LogLevel.Error, "The document of revision {Number} is left out: {Cause}")]
        internal static partial void Unreadable(ILogger logger, int number, string cause);
    }
}
