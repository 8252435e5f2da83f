using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Hierarchy.Domain;
using Hierarchy.WindowsUpdate.Cabinets;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Cabinets;

public class CabinetReaderTests
{
    private const ushort Stored = 0;
    private const ushort Mszip = 1;
    private const ushort Lzx21 = 0x1503;

    [Fact]
    public void CabinetReader_RecordedBlob_DecodesToItsDocument()
    {
        var cabinet = File.ReadAllBytes(RepositoryRoot.Fixture("wsusss/wsus2025-captured/266f6222.cab"));
        var document = File.ReadAllText(RepositoryRoot.Fixture("updates/266f6222-c89d-43f2-9f8a-69340271e677-r200.xml"));

        Assert.Equal(document, CabinetReader.ReadText(cabinet, "blob", CabinetLimits.Default));
        Assert.Equal(Encoding.Unicode.GetBytes(document), CabinetReader.ReadMember(cabinet, "blob", CabinetLimits.Default));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(6, true)]
    public void CabinetReader_StoredFoldersAndReserves_FindsEachMember(int reserve, bool withChecksums)
    {
        var (first, second) = (Text(100_000, seed: 1), Text(40_001, seed: 2));
        var cabinet = new TestCabinet { Reserve = reserve, WithChecksums = withChecksums };
        cabinet.AddFolder(Stored, TestCabinet.Stored(first));
        cabinet.AddFolder(Stored, TestCabinet.Stored(second));
        var bytes = cabinet.AddFile("a", 0, 0, 50_000).AddFile("Ünder", 0, 50_000, 50_000).AddFile("c", 1, 40_000, 1).ToArray();

        Assert.Equal(first[..50_000], CabinetReader.ReadMember(bytes, "A", CabinetLimits.Default));
        Assert.Equal(first[50_000..], CabinetReader.ReadMember(bytes, "ünder", CabinetLimits.Default));
        Assert.Equal(second[40_000..], CabinetReader.ReadMember(bytes, "c", CabinetLimits.Default));
    }

    [Theory]
    [InlineData(true, CompressionLevel.Optimal)]
    [InlineData(false, CompressionLevel.SmallestSize)]
    [InlineData(true, CompressionLevel.Fastest)]
    [InlineData(true, CompressionLevel.NoCompression)]
    public void CabinetReader_Mszip_Decodes(bool sharesHistory, CompressionLevel level)
    {
        foreach (var content in new[] { Text(150_000, seed: 3), Noise(70_000, seed: 4), new byte[90_000], Text(1, seed: 5) })
        {
            var cabinet = new TestCabinet();
            cabinet.AddFolder(Mszip, TestCabinet.Mszip(content, sharesHistory, level));
            Assert.Equal(content, CabinetReader.ReadMember(cabinet.AddFile("blob", 0, 0, content.Length).ToArray(), "blob", CabinetLimits.Default));
        }
    }

    [Theory]
    [InlineData(15, 100)]
    [InlineData(16, 101)]
    [InlineData(18, 32_767)]
    [InlineData(21, 1_000_000)]
    public void CabinetReader_LzxUncompressedBlocks_Decode(int windowBits, int blockLength)
    {
        var content = Noise(100_003, seed: 6);
        var cabinet = new TestCabinet();
        cabinet.AddFolder((ushort)((windowBits << 8) | 3), LzxUncompressed(content, blockLength, translationSize: 0));

        Assert.Equal(content, CabinetReader.ReadMember(cabinet.AddFile("blob", 0, 0, content.Length).ToArray(), "blob", CabinetLimits.Default));
    }

    [Fact]
    public void CabinetReader_LzxWithTranslation_MakesCallsRelative()
    {
        const int Size = 0x20000;
        var content = new byte[40_000];
        Call(content, 1_000, 5_000);
        Call(content, 33_000, -33_000);
        Call(content, 34_000, Size);
        Call(content, 32_768 - 10, 77);
        var expected = content.ToArray();
        Call(expected, 1_000, 4_000);
        Call(expected, 33_000, -33_000 + Size);
        var cabinet = new TestCabinet();
        cabinet.AddFolder(Lzx21, LzxUncompressed(content, 40_000, Size));

        Assert.Equal(expected, CabinetReader.ReadMember(cabinet.AddFile("blob", 0, 0, content.Length).ToArray(), "blob", CabinetLimits.Default));

        static void Call(byte[] code, int at, int target)
        {
            code[at] = 0xE8;
            BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(at + 1), target);
        }
    }

    [Fact]
    public void CabinetReader_CutOffAnywhere_IsRefused()
    {
        var cabinet = File.ReadAllBytes(RepositoryRoot.Fixture("wsusss/wsus2025-captured/266f6222.cab"));

        for (var length = 0; length < cabinet.Length; length++)
            Assert.Throws<IntegrityException>(() => CabinetReader.ReadMember(cabinet.AsMemory(0, length), "blob", CabinetLimits.Default));
    }

    [Fact]
    public void CabinetReader_OneByteOfDataChanged_FailsItsChecksum()
    {
        var cabinet = File.ReadAllBytes(RepositoryRoot.Fixture("wsusss/wsus2025-captured/266f6222.cab"));
        cabinet[^100] ^= 4;

        var exception = Assert.Throws<IntegrityException>(() => CabinetReader.ReadMember(cabinet, "blob", CabinetLimits.Default));
        Assert.Contains("checksum", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CabinetReader_NoSuchMember_SaysSo()
    {
        var cabinet = new TestCabinet();
        cabinet.AddFolder(Stored, TestCabinet.Stored([1, 2]));
        var bytes = cabinet.AddFile("other", 0, 0, 2).ToArray();

        Assert.Contains("`blob`", Assert.Throws<IntegrityException>(() => CabinetReader.ReadMember(bytes, "blob", CabinetLimits.Default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CabinetReader_Bomb_IsRefusedBeforeItIsDecoded()
    {
        var content = new byte[8 * 1024 * 1024];
        var cabinet = new TestCabinet();
        cabinet.AddFolder(Mszip, TestCabinet.Mszip(content, sharesHistory: true));
        var bytes = cabinet.AddFile("blob", 0, 0, content.Length).ToArray();

        Assert.Contains("to one", Assert.Throws<IntegrityException>(() => CabinetReader.ReadMember(bytes, "blob", CabinetLimits.Default with { MaxRatio = 100 })).Message, StringComparison.Ordinal);
        Assert.Contains("limit", Assert.Throws<IntegrityException>(() => CabinetReader.ReadMember(bytes, "blob", CabinetLimits.Default with { MaxOutput = 1_000_000 })).Message, StringComparison.Ordinal);
        Assert.Equal(content.Length, CabinetReader.ReadMember(bytes, "blob", CabinetLimits.Default with { MaxRatio = 2000 }).Length);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0x0E03)]
    [InlineData(0x1603)]
    [InlineData(5)]
    public void CabinetReader_UnknownCompression_IsRefused(int method)
    {
        var cabinet = new TestCabinet();
        cabinet.AddFolder((ushort)method, TestCabinet.Stored(new byte[100]));

        Assert.Throws<IntegrityException>(() => CabinetReader.ReadMember(cabinet.AddFile("blob", 0, 0, 100).ToArray(), "blob", CabinetLimits.Default));
    }

    /// <summary>Mutated cabinets end in the right bytes or in a refusal, in bounded time and memory, whatever is changed.</summary>
    [Fact]
    public void CabinetReader_Mutations_NeverDoHarm()
    {
        var random = new Random(20261004);
        var seeds = Seeds();
        for (var round = 0; round < 20_000; round++)
        {
            var (seed, name) = seeds[random.Next(seeds.Count)];
            var bytes = Mutate(seed, random);
            try
            {
                CabinetReader.ReadMember(bytes, name, CabinetLimits.Default with { MaxOutput = 4 * 1024 * 1024 });
            }
            catch (IntegrityException)
            {
                // What most of them deserve.
            }
        }
    }

    private static List<(byte[] Cabinet, string Name)> Seeds()
    {
        var recorded = File.ReadAllBytes(RepositoryRoot.Fixture("wsusss/wsus2025-captured/266f6222.cab"));
        // Without its checksum, so that the damage reaches the decoder.
        var bare = recorded.ToArray();
        bare.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(bare.AsSpan(36)), 4).Clear();
        var mszip = new TestCabinet { WithChecksums = false };
        mszip.AddFolder(Mszip, TestCabinet.Mszip(Text(70_000, seed: 7), sharesHistory: true));
        mszip.AddFile("blob", 0, 5, 69_000);
        var lzx = new TestCabinet { WithChecksums = false, Reserve = 2 };
        lzx.AddFolder(Lzx21, LzxUncompressed(Noise(40_000, seed: 8), 1_001, 99_999));
        lzx.AddFile("blob", 0, 0, 40_000);
        return [(recorded, "blob"), (bare, "blob"), (bare, "blob"), (mszip.ToArray(), "blob"), (lzx.ToArray(), "blob")];
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed.ToArray();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var at = random.Next(random.Next(2) == 0 ? Math.Min(200, bytes.Length) : bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    random.NextBytes(bytes.AsSpan(at, Math.Min(random.Next(1, 20), bytes.Length - at)));
                    break;
                default:
                    bytes = [.. bytes.AsSpan(0, at), .. bytes.AsSpan(Math.Min(bytes.Length, at + random.Next(10)))];
                    if (bytes.Length == 0) return bytes;
                    break;
            }
        }

        return bytes;
    }

    /// <summary>An LZX stream of uncompressed blocks, cut into frames.</summary>
    private static (byte[] Data, int Length)[] LzxUncompressed(byte[] content, int blockLength, int translationSize)
    {
        var output = new MemoryStream();
        var frames = new List<int>();
        var (word, free) = (0, 16);
        Put(translationSize == 0 ? 0 : 1, 1);
        if (translationSize != 0)
        {
            Put(translationSize >> 16, 16);
            Put(translationSize & 0xFFFF, 16);
        }

        for (var start = 0; start < content.Length; start += blockLength)
        {
            var length = Math.Min(blockLength, content.Length - start);
            Put(3, 3);
            Put(length >> 8, 16);
            Put(length & 0xFF, 8);
            Put(0, free);
            foreach (var recent in new[] { 1, 1, 1 }) output.Write(BitConverter.GetBytes(recent));
            for (var at = start; at < start + length; at++)
            {
                if (at > 0 && at % 32768 == 0) frames.Add((int)output.Length);
                output.WriteByte(content[at]);
            }

            if (length % 2 != 0) output.WriteByte(0);
        }

        var bytes = output.ToArray();
        frames.Add(bytes.Length);
        var blocks = new List<(byte[], int)>();
        for (var index = 0; index < frames.Count; index++)
        {
            var from = index == 0 ? 0 : frames[index - 1];
            blocks.Add((bytes[from..frames[index]], Math.Min(32768, content.Length - (index * 32768))));
        }

        return [.. blocks];

        void Put(int value, int count)
        {
            for (; count > 0; count--)
            {
                free--;
                word |= ((value >> (count - 1)) & 1) << free;
                if (free != 0) continue;
                output.Write([(byte)word, (byte)(word >> 8)]);
                (word, free) = (0, 16);
            }
        }
    }

    private static byte[] Text(int length, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        while (text.Length < length) text.Append("<upd:UpdateIdentity UpdateID=\"").Append(random.Next(5000)).Append("\" />");
        return Encoding.UTF8.GetBytes(text.ToString(0, length));
    }

    private static byte[] Noise(int length, int seed)
    {
        var noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }
}
