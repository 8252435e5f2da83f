using System.Diagnostics;
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
        var isPresent = await HasCabextractAsync();
        Assert.False(!isPresent && Environment.GetEnvironmentVariable("CI") == "true", "cabextract is absent; install Debian's package of that name");
        Assert.SkipUnless(isPresent, "cabextract is absent");
        var writer = new CabinetWriter(new LzxEncoder(windowBits, blocks));
        foreach (var input in Inputs(new Random(7)))
            AssertSame(input, await ExtractAsync(writer.Write(input)));
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
        var (code, said) = await RunAsync("cabextract", "-q", "-d", _folder.Path, file);
        Assert.True(code == 0, said);
        return await File.ReadAllBytesAsync(Path.Combine(_folder.Path, "blob"), TestContext.Current.CancellationToken);
    }

    private static async Task<bool> HasCabextractAsync()
    {
        try
        {
            return (await RunAsync("cabextract", "--version")).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var complained = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await said + complained);
    }
}
