using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Xunit;

namespace Hierarchy.Tests.Changes;

public sealed class LogDigestTests
{
    [Fact]
    public void Digest_OfNothing_IsZero() => Assert.Equal(new byte[2048], new LogDigest().ToBytes());

    [Fact]
    public void Element_Layout_IsAsDocumented()
    {
        var key = Encoding.ASCII.GetBytes("key");
        var payload = Encoding.ASCII.GetBytes("payload");
        var input = new byte[256];

        var length = LogDigest.WriteInput(0x0102030405060708, 7, key, payload, input);

        var expected = "0000000101" + "0000000400000007" + "000000036B6579" + "000000080102030405060708" + "00000020" + Convert.ToHexString(SHA256.HashData(payload));
        Assert.Equal(expected, Convert.ToHexString(input.AsSpan(0, length)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(102)]
    [InlineData(103)]
    [InlineData(512)]
    public void Digest_OfOneRecord_IsItsElement(int keyLength)
    {
        var record = Record(new Random(keyLength), keyLength);
        var digest = new LogDigest();

        digest.Add(record);

        Assert.Equal(Element(record), digest.ToBytes());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(61)]
    public void Digest_OfMany_IsTheSumOfTheirLanes(int count)
    {
        var random = new Random(count);
        var records = Enumerable.Range(0, count).Select(_ => Record(random, random.Next(0, 200))).ToArray();
        var digest = new LogDigest();

        digest.AddRange(records);

        Assert.Equal(Sum(records.Select(Element)), digest.ToBytes());
    }

    [Fact]
    public void Digest_OfTombstones_IsThatOfNothing()
    {
        var digest = new LogDigest();
        digest.Add(new ChangeRecord(1, 2, new byte[4], null));
        digest.Subtract(new ChangeRecord(1, 2, new byte[4], null));
        Assert.True(digest.Matches(new byte[2048]));
    }

    [Fact]
    public void Digest_OfEmptyPayload_IsNotThatOfNothing()
    {
        var digest = new LogDigest();
        digest.Add(new ChangeRecord(1, 2, new byte[4], ReadOnlyMemory<byte>.Empty));
        Assert.False(digest.Matches(new byte[2048]));
    }

    [Fact]
    public void Digest_AnyOrderAndAnyReplacements_DependsOnTheSetAlone() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(int Seed, byte Kept, byte Removed)>(),
            sample =>
            {
                var random = new Random(sample.Seed);
                var kept = Enumerable.Range(0, sample.Kept % 40).Select(_ => Record(random, random.Next(0, 150))).ToArray();
                var removed = Enumerable.Range(0, sample.Removed % 20).Select(_ => Record(random, random.Next(0, 150))).ToArray();
                var straight = new LogDigest();
                straight.AddRange(kept);

                // Removals may even come before the additions that they undo: the group is commutative.
                var steps = kept.Select(record => (record, add: true)).Concat(removed.Select(record => (record, add: true))).Concat(removed.Select(record => (record, add: false))).ToArray();
                random.Shuffle(steps);
                var half = new LogDigest();
                var other = new LogDigest();
                foreach (var (record, add) in steps)
                {
                    var part = random.Next(2) == 0 ? half : other;
                    if (add) part.Add(record);
                    else part.Subtract(record);
                    if (random.Next(8) == 0) part.ToBytes();
                }

                var whole = new LogDigest(half.ToBytes());
                whole.Add(other);
                return whole.Matches(straight.ToBytes());
            })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(20_26_11, 9_87_65));

    [Fact]
    public void Digest_AnyFieldChanged_Differs()
    {
        var record = new ChangeRecord(5, 6, new byte[] { 1, 2 }, new byte[] { 3 });
        ChangeRecord[] others =
        [
            record, record with { Sequence = 6 }, record with { Kind = 7 }, record with { Key = new byte[] { 1 } }, record with { Payload = new byte[] { 4 } },
            record with { Key = new byte[] { 1, 2, 3 }, Payload = ReadOnlyMemory<byte>.Empty },
        ];
        Assert.Equal(others.Length, others.Select(other => Convert.ToHexString(Element(other))).Distinct().Count());
    }

    [Fact]
    public void Digest_WrongLength_IsRefused() => Assert.Throws<IntegrityException>(() => new LogDigest(new byte[2047]));

    internal static ChangeRecord Record(Random random, int keyLength)
    {
        var key = new byte[keyLength];
        var payload = new byte[random.Next(0, 300)];
        random.NextBytes(key);
        random.NextBytes(payload);
        return new ChangeRecord(random.NextInt64(1, long.MaxValue), random.Next(1, 100), key, payload);
    }

    private static byte[] Element(ChangeRecord record)
    {
        var input = new byte[1024];
        var length = LogDigest.WriteInput(record.Sequence, record.Kind, record.Key.Span, record.Payload!.Value.Span, input);
        var element = new byte[2048];
        Shake128Managed.HashData(input.AsSpan(0, length), element);
        return element;
    }

    private static byte[] Sum(IEnumerable<byte[]> elements)
    {
        var sum = new byte[2048];
        foreach (var element in elements)
            for (var i = 0; i < sum.Length; i += 2)
            {
                var lane = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(sum.AsSpan(i)) + BinaryPrimitives.ReadUInt16LittleEndian(element.AsSpan(i)));
                BinaryPrimitives.WriteUInt16LittleEndian(sum.AsSpan(i), lane);
            }

        return sum;
    }
}
