using Hierarchy.Domain;
using Hierarchy.Replication.Courier;
using Xunit;

namespace Hierarchy.Tests.Replication.Courier;

/// <summary>The framing of courier files: cut, flipped, shuffled and made up. Either the frames are those that were written, or the file is refused.</summary>
public sealed class CourierReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frames_InPiecesOfAnySize_AreThoseThatWereWritten()
    {
        var random = new Random(1);
        for (var i = 0; i < 50; i++)
        {
            var (bytes, frames) = await WriteAsync(random);
            using var reader = new CourierReader();
            var read = new List<CourierFrame>();
            for (var at = 0; at < bytes.Length;)
            {
                var length = Math.Min(random.Next(1, i < 25 ? 20 : 200_000), bytes.Length - at);
                reader.Append(bytes.AsSpan(at, length));
                while (reader.TryRead(out var frame)) read.Add(frame);
                at += length;
            }

            reader.Complete();
            Assert.Equal(frames.Select(Describe), read.Select(Describe));
        }
    }

    [Fact]
    public async Task Frames_AnyBitFlipped_AreRefusedAtTheLatestThere()
    {
        var random = new Random(2);
        var (bytes, frames) = await WriteAsync(random);
        for (var i = 0; i < 2000; i++)
        {
            var at = random.Next(bytes.Length);
            bytes[at] ^= (byte)(1 << (i % 8));
            var read = ReadUntilRefused(bytes);
            Assert.Equal(frames.Take(read.Count).Select(Describe), read.Select(Describe));
            Assert.True(read.Sum(frame => frame.Body.Length + 13) <= at, "a frame was handed out that holds the flipped bit");
            bytes[at] ^= (byte)(1 << (i % 8));
        }
    }

    [Fact]
    public async Task Frames_CutOff_AreRefused()
    {
        var (bytes, _) = await WriteAsync(new Random(3));
        for (var length = 0; length < bytes.Length; length += 1 + (length / 50)) ReadUntilRefused(bytes[..length]);
    }

    [Fact]
    public async Task Frames_DoubledLeftOutOrSwapped_AreRefused()
    {
        var (bytes, frames) = await WriteAsync(new Random(4));
        var ends = new List<int> { 8 };
        foreach (var frame in frames) ends.Add(ends[^1] + 13 + frame.Body.Length);
        var parts = ends.Zip(ends.Skip(1)).Select(range => bytes[range.First..range.Second]).ToArray();
        ReadUntilRefused([.. bytes[..8], .. parts[0], .. parts[1], .. parts[1], .. parts.Skip(2).SelectMany(part => part)]);
        ReadUntilRefused([.. bytes[..8], .. parts[0], .. parts.Skip(2).SelectMany(part => part)]);
        ReadUntilRefused([.. bytes[..8], .. parts[0], .. parts[2], .. parts[1], .. parts.Skip(3).SelectMany(part => part)]);
        ReadUntilRefused([.. bytes[..8], .. parts[1], .. parts[0], .. parts.Skip(2).SelectMany(part => part)]);
        ReadUntilRefused([.. bytes, 0]);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 2 })]
    [InlineData(new byte[] { 0x7F, 0xFF, 0xFF, 0xFF, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 1, 15 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 77 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 2 })]
    public void Frame_ThatNoWriterMakes_IsRefusedByItsHeadAlone(byte[] head) => ReadUntilRefused([0x89, .. "HCF\r\n"u8, 0x1A, 1, .. head, .. new byte[64]]);

    [Fact]
    public void Bytes_MadeUp_AreRefused()
    {
        var random = new Random(5);
        for (var i = 0; i < 5000; i++)
        {
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            byte[] signed = [0x89, .. "HCF\r\n"u8, 0x1A, 1, .. bytes];
            Assert.Empty(ReadUntilRefused(i % 2 == 0 ? bytes : signed));
        }
    }

    private static List<CourierFrame> ReadUntilRefused(byte[] bytes)
    {
        var read = new List<CourierFrame>();
        Assert.Throws<IntegrityException>(() =>
        {
            using var reader = new CourierReader();
            reader.Append(bytes);
            while (reader.TryRead(out var frame)) read.Add(frame);
            reader.Complete();
        });
        return read;
    }

    private static async Task<(byte[] Bytes, List<CourierFrame> Frames)> WriteAsync(Random random)
    {
        var frames = new List<CourierFrame> { new(CourierFrameType.Header, Body(random, 200)) };
        for (var i = 0; i < 20; i++)
            frames.Add(new CourierFrame(random.Next(4) switch { 0 => CourierFrameType.Feed, 1 => CourierFrameType.FileBytes, 2 => CourierFrameType.Reports, _ => CourierFrameType.Held }, Body(random, 5000)));
        frames.Add(new CourierFrame(CourierFrameType.End, default));
        using var stream = new MemoryStream();
        using var writer = new CourierWriter(stream);
        foreach (var frame in frames.SkipLast(1)) await writer.WriteAsync(frame.Type, frame.Body, Token);
        await writer.EndAsync(Token);
        Assert.Equal(stream.Length, writer.Length);
        return (stream.ToArray(), frames);
    }

    private static byte[] Body(Random random, int most)
    {
        var body = new byte[random.Next(1, most)];
        random.NextBytes(body);
        return body;
    }

    private static string Describe(CourierFrame frame) => $"{frame.Type} {Convert.ToHexString(frame.Body.Span)}";
}
