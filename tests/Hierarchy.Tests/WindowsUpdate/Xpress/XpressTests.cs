using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Hierarchy.Domain;
using Hierarchy.WindowsUpdate.Xpress;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Xpress;

public sealed class XpressTests
{
    private const int Limit = 16 * 1024 * 1024;

    /// <summary>The examples of [MS-XCA] 3.1, as blocks of [MS-WUSP] 2.1.1.</summary>
    [Theory]
    [InlineData("abcdefghijklmnopqrstuvwxyz", 1, "3f0000006162636465666768696a6b6c6d6e6f707172737475767778797a")]
    [InlineData("abc", 100, "ffffff1f61626317000fff2601")]
    public void Decoder_ExamplesOfTheSpecification_Decode(string text, int times, string encoded)
    {
        var expected = string.Concat(Enumerable.Repeat(text, times));

        Assert.Equal(expected, Encoding.ASCII.GetString(XpressDecoder.Decode(Body((expected.Length, Convert.FromHexString(encoded))), Limit)));
    }

    [Fact]
    public void Encoder_ExampleOfTheSpecification_IsEncodedAsThere()
    {
        var body = new XpressEncoder().Encode(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("abc", 100))));

        Assert.Equal("ffffff1f61626317000fff2601", Convert.ToHexStringLower(body.AsSpan(8)));
    }

    /// <summary>[MS-WUSP] 2.1.1.1.2: lengths at the borders of their encodings.</summary>
    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(279)]
    [InlineData(280)]
    [InlineData(281)]
    [InlineData(60_000)]
    public void Encoder_LengthsAtTheBorders_ComeBack(int length)
    {
        // Two long matches in a row, which share a byte, and one more.
        var noise = Noise(300, seed: length);
        byte[] content = [.. noise, .. new byte[length + 1], .. noise, .. noise];

        AssertComesBack(content[..Math.Min(content.Length, 65_535)]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(65_534)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(300_000)]
    public void Encoder_EveryLength_ComesBack(int length)
    {
        AssertComesBack(Text(length));
        AssertComesBack(Noise(length, seed: 3));
        AssertComesBack(new byte[length]);
    }

    [Fact]
    public void Encoder_UsedAgain_DoesNotReachIntoWhatItEncodedBefore()
    {
        var encoder = new XpressEncoder();
        for (var round = 0; round < 50; round++)
        {
            var content = round % 3 == 0 ? Text(9_000 + round) : Noise(9_000, seed: round / 2);
            Assert.Equal(content, XpressDecoder.Decode(encoder.Encode(content), Limit));
        }
    }

    [Fact]
    public void Encoder_Noise_IsStoredAndHardlyGrows()
    {
        var body = new XpressEncoder().Encode(Noise(200_000, seed: 1));

        Assert.Equal(200_000 + (4 * 8), body.Length);
        Assert.Equal(BinaryPrimitives.ReadInt32LittleEndian(body), BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(4)));
    }

    [Fact]
    public void Encoder_RecordedAnswers_ShrinkAndComeBack()
    {
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Fixture("wusp/windows11-captured/scan"), "response.body", SearchOption.AllDirectories))
        {
            var content = File.ReadAllBytes(file);
            var body = new XpressEncoder().Encode(content);
            Assert.True(body.Length < content.Length, $"{file}: {content.Length} bytes became {body.Length}");
            Assert.Equal(content, XpressDecoder.Decode(body, Limit));
        }
    }

    [Fact]
    public void Decoder_BlocksOf16352Bytes_AreJoined()
    {
        // As WSUS sends them; [MS-WUSP] 2.1.1 allows any size up to 65,535.
        var content = Text(50_000);
        var body = new ArrayBufferWriter<byte>();
        foreach (var block in content.Chunk(16_352)) new XpressEncoder().Encode(block, body);

        Assert.Equal(content, XpressDecoder.Decode(body.WrittenSpan, Limit));
        var written = new ArrayBufferWriter<byte>();
        XpressDecoder.Decode(body.WrittenSpan, written, Limit);
        Assert.Equal(content, written.WrittenSpan.ToArray());
    }

    [Fact]
    public void Decoder_MoreThanTheLimit_IsRefusedBeforeItIsDecoded()
    {
        var body = new XpressEncoder().Encode(new byte[1_000_000]);

        Assert.Contains("limit", Assert.Throws<IntegrityException>(() => XpressDecoder.Decode(body, 999_999)).Message, StringComparison.Ordinal);
        Assert.Equal(1_000_000, XpressDecoder.Decode(body, 1_000_000).Length);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("0400000005000000ffffffff")]
    [InlineData("ffffffff04000000ffffffff")]
    [InlineData("000001000400000000000000")]
    [InlineData("040000000600000000000080" + "1800")]
    [InlineData("0500000007000000" + "00000040" + "611f00")]
    [InlineData("08000000" + "0b000000" + "00000040" + "61" + "0700" + "0f" + "ff" + "0500")]
    public void Decoder_Damaged_IsRefused(string body) =>
        Assert.Throws<IntegrityException>(() => XpressDecoder.Decode(Convert.FromHexString(body), Limit));

    [Fact]
    public void Decoder_CutOffAnywhere_IsRefused()
    {
        var body = new XpressEncoder().Encode(Text(5_000));

        for (var length = 1; length < body.Length; length++)
            Assert.Throws<IntegrityException>(() => XpressDecoder.Decode(body.AsSpan(0, length), Limit));
    }

    private static void AssertComesBack(byte[] content) =>
        Assert.True(content.AsSpan().SequenceEqual(XpressDecoder.Decode(new XpressEncoder().Encode(content), Limit)), $"{content.Length} bytes came back as others");

    private static byte[] Body(params (int Length, byte[] Encoded)[] blocks)
    {
        var body = new MemoryStream();
        foreach (var (length, encoded) in blocks)
        {
            body.Write(BitConverter.GetBytes(length));
            body.Write(BitConverter.GetBytes(encoded.Length));
            body.Write(encoded);
        }

        return body.ToArray();
    }

    private static byte[] Text(int length) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, (length / 20) + 1).Select(i => $"<ID>{i * 7919 % 1000}</ID><Deployment>")))[..length];

    private static byte[] Noise(int length, int seed)
    {
        var noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }
}
