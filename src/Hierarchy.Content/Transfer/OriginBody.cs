namespace Hierarchy.Content.Transfer;

/// <summary>The bytes of an answer.</summary>
internal sealed class OriginBody(HttpResponseMessage response, Stream stream, long from) : IDisposable
{
    /// <summary>The place in the file of the first byte.</summary>
    public long From { get; } = from;

    public Stream Stream { get; } = stream;

    public void Dispose()
    {
        Stream.Dispose();
        response.Dispose();
    }
}
