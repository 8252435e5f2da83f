using System.Runtime.InteropServices;
using System.Text;
using Hierarchy.Testing;
using Hierarchy.Testing.Cabinets;
using Hierarchy.WindowsUpdate.Cabinets;
using Xunit;

namespace Hierarchy.Tests.Testing;

public sealed class CabinetWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(LzxBlockType.Cheapest)]
    [InlineData(LzxBlockType.Verbatim)]
    [InlineData(LzxBlockType.Aligned)]
    [InlineData(LzxBlockType.Uncompressed)]
    public void Cabinet_EveryWindow_IsReadBackByTheProduct(LzxBlockType blocks)
    {
        var inputs = Inputs(new Random(3)).ToList();
        for (var windowBits = 15; windowBits <= 21; windowBits++)
        {
            var writer = new CabinetWriter(new LzxEncoder(windowBits, blocks));

            // The smallest and the largest window take everything, those between one text.
            foreach (var input in windowBits is 15 or 21 ? inputs : inputs.GetRange(3, 1))
                AssertSame(input, CabinetReader.ReadMember(writer.Write(input), "blob", CabinetLimits.Default));
        }
    }

    [Theory]
    [InlineData(21, LzxBlockType.Cheapest)]
    [InlineData(21, LzxBlockType.Aligned)]
    [InlineData(15, LzxBlockType.Verbatim)]
    [InlineData(18, LzxBlockType.Uncompressed)]
    public async Task Cabinet_EveryKindOfInput_ComesOutOfCabextractUnchanged(int windowBits, LzxBlockType blocks)
    {
        await OtherProgram.RequireAsync("cabextract");
        var writer = new CabinetWriter(new LzxEncoder(windowBits, blocks));
        foreach (var input in Inputs(new Random(7)))
            AssertSame(input, await ExtractAsync(writer.Write(input)));
    }

    [Theory]
    [InlineData(15, LzxBlockType.Verbatim)]
    [InlineData(19, LzxBlockType.Aligned)]
    [InlineData(21, LzxBlockType.Uncompressed)]
    [InlineData(21, LzxBlockType.Cheapest)]
    public async Task Cabinet_WithTranslatedCalls_ComesOutUnchanged(int windowBits, LzxBlockType blocks)
    {
        var writer = new CabinetWriter(new LzxEncoder(windowBits, blocks) { TranslationSize = 0x30000 });
        foreach (var length in new[] { 9, 10, 11, 32_768, 32_779, 150_001 })
        {
            var code = Code(length, new Random(length));
            AssertSame(code, CabinetReader.ReadMember(writer.Write(code), "blob", CabinetLimits.Default));
        }

        await OtherProgram.RequireAsync("cabextract");
        var large = Code(150_001, new Random(5));
        AssertSame(large, await ExtractAsync(writer.Write(large)));
    }

    [Fact]
    public void Encoder_LeftToChoose_UsesEveryKindOfBlock()
    {
        var encoder = new LzxEncoder();
        var used = new int[4];
        foreach (var input in Inputs(new Random(7)))
        {
            encoder.Encode(input);
            for (var i = 0; i < used.Length; i++)
                used[i] += encoder.BlocksWritten[i];
        }

        Assert.True(used[(int)LzxBlockType.Verbatim] > 0);
        Assert.True(used[(int)LzxBlockType.Aligned] > 0);
        Assert.True(used[(int)LzxBlockType.Uncompressed] > 0);
    }

    [Fact]
    public async Task Cabinet_OfACapturedDocument_IsHardlyLargerThanMicrosofts()
    {
        var document = await File.ReadAllTextAsync(RepositoryRoot.Fixture("updates/266f6222-c89d-43f2-9f8a-69340271e677-r200.xml"), TestContext.Current.CancellationToken);
        var captured = await File.ReadAllBytesAsync(RepositoryRoot.Fixture("wsusss/wsus2025-captured/266f6222.cab"), TestContext.Current.CancellationToken);
        var written = new CabinetWriter().Write(MemoryMarshal.AsBytes(document.AsSpan()));

        // Header, folder and member are the same but for the cabinet's length.
        Assert.Equal(captured[..8], written[..8]);
        Assert.Equal(captured[12..65], written[12..65]);
        Assert.InRange(written.Length, 1, captured.Length * 11 / 10);
    }

    [Fact]
    public async Task Checksum_OfACapturedBlock_IsTheRecordedOne()
    {
        var captured = await File.ReadAllBytesAsync(RepositoryRoot.Fixture("wsusss/wsus2025-captured/266f6222.cab"), TestContext.Current.CancellationToken);
        var block = captured.AsSpan(0x41);
        Assert.Equal(MemoryMarshal.Read<uint>(block), CabinetWriter.Checksum(block.Slice(4, 4), CabinetWriter.Checksum(block[8..], 0)));
    }

    // A comparison element by element would take longer than all the rest.
    private static void AssertSame(byte[] expected, byte[] actual) => Assert.True(expected.AsSpan().SequenceEqual(actual), $"{expected.Length} bytes came back as {actual.Length} others");

    private static IEnumerable<byte[]> Inputs(Random random)
    {
        var text = Encoding.Unicode.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(i => $"<upd:File Digest=\"{random.Next()}\" Size=\"{i * i}\" />")));
        var noise = new byte[200_001];
        random.NextBytes(noise);
        yield return [1];
        yield return [1, 2];
        yield return new byte[70_000];
        yield return text;
        yield return text[..32768];
        yield return text[..32769];
        yield return noise;
        yield return [.. noise.AsSpan(0, 131_072), .. text];

        // Distances up to the window and beyond.
        yield return [.. text, .. noise, .. new byte[300_000], .. text.AsSpan(0, 40_000), .. noise.AsSpan(0, 60_000)];
    }

    private async Task<byte[]> ExtractAsync(byte[] cabinet)
    {
        var file = Path.Combine(_folder.Path, "c.cab");
        await File.WriteAllBytesAsync(file, cabinet, TestContext.Current.CancellationToken);
        var (code, said) = await OtherProgram.RunAsync("cabextract", "-q", "-d", _folder.Path, file);
        Assert.True(code == 0, said);
        return await File.ReadAllBytesAsync(Path.Combine(_folder.Path, "blob"), TestContext.Current.CancellationToken);
    }

    /// <summary>Something like x86 code: calls whose targets lie everywhere, also at the borders of what is translated.</summary>
    private static byte[] Code(int length, Random random)
    {
        var code = new byte[length];
        random.NextBytes(code);
        for (var at = 0; at < length - 5; at += random.Next(1, 40))
        {
            code[at] = 0xE8;
            int[] targets = [random.Next(-0x40000, 0x40000), -at, -at - 1, 0x30000 - at, 0x30000 - at - 1, 0x30000, 0];
            BitConverter.TryWriteBytes(code.AsSpan(at + 1), targets[random.Next(targets.Length)]);
        }

        return code;
    }
}
