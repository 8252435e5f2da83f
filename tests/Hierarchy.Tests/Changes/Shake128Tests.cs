using System.Security.Cryptography;
using System.Text;
using Hierarchy.Domain.Changes;
using Xunit;

namespace Hierarchy.Tests.Changes;

public sealed class Shake128Tests
{
    // NIST, FIPS 202 examples and the byte-oriented test vectors of the SHA-3 validation program (SHAKE128ShortMsg, 128 bits of output).
    [Theory]
    [InlineData("", "7F9C2BA4E88F827D616045507605853ED73B8093F6EFBC88EB1A6EACFA66EF26")]
    [InlineData("0E", "FA996DAFAA208D72287C23BC4ED4BFD5")]
    [InlineData("D9E8", "C7211512340734235BB8D3C4651495AA")]
    public void Shake128_NistVectors_Match(string message, string output)
    {
        var expected = Convert.FromHexString(output);
        var actual = new byte[expected.Length];
        Shake128Managed.HashData(Convert.FromHexString(message), actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Shake128_1600BitsOfA3_IsAsNistPublishes()
    {
        // FIPS 202 example values, "SHAKE128, message of 1600 bits": 200 bytes of A3, more than one block in.
        var actual = new byte[32];
        Shake128Managed.HashData(Enumerable.Repeat((byte)0xA3, 200).ToArray(), actual);
        Assert.Equal("131AB8D2B594946B9C81333F9BB6E0CE75C3B93104FA3469D3917457385DA037", Convert.ToHexString(actual));
    }

    [Fact]
    public void Shake128_EveryLengthAroundABlock_EqualsThePlatforms()
    {
        Assert.SkipUnless(Shake128.IsSupported, "the platform has no SHAKE128");
        var random = new Random(1);
        for (var length = 0; length < 400; length++)
        {
            var message = new byte[length];
            random.NextBytes(message);
            var actual = new byte[random.Next(1, 600)];
            Shake128Managed.HashData(message, actual);
            Assert.Equal(Shake128.HashData(message, actual.Length), actual);
        }
    }

    [Fact]
    public void Expander_OneStateAtATime_AddsTheElements() => CheckExpander<KeccakLanes1>();

    [Fact]
    public void Expander_FourStatesAtATime_AddsTheElements() => CheckExpander<KeccakLanes4>();

    [Fact]
    public void Expander_EightStatesAtATime_AddsTheElements() => CheckExpander<KeccakLanes8>();

    private static void CheckExpander<T>() where T : unmanaged, IKeccakLanes<T>
    {
        var random = new Random(T.Count);
        var sums = new ulong[ElementExpander<T>.ElementWords * T.Count];
        var actual = new ulong[ElementExpander<T>.ElementWords];
        var expected = new ushort[1024];
        for (var used = 1; used <= T.Count; used++)
        {
            var blocks = new byte[ElementExpander<T>.Rate * T.Count];
            var negative = new bool[used];
            for (var i = 0; i < used; i++)
            {
                var message = Encoding.ASCII.GetBytes($"{used} {i} {random.Next()}");
                var block = blocks.AsSpan(i * ElementExpander<T>.Rate, ElementExpander<T>.Rate);
                message.CopyTo(block);
                ElementExpander<T>.Pad(block, message.Length);
                negative[i] = random.Next(2) == 0;
                var element = new byte[2048];
                Shake128Managed.HashData(message, element);
                for (var lane = 0; lane < expected.Length; lane++)
                {
                    var value = BitConverter.ToUInt16(element, lane * 2);
                    expected[lane] += negative[i] ? (ushort)-value : value;
                }
            }

            ElementExpander<T>.Accumulate(blocks, negative, sums);
        }

        ElementExpander<T>.Collapse(sums, actual);

        Assert.Equal(expected, System.Runtime.InteropServices.MemoryMarshal.Cast<ulong, ushort>(actual.AsSpan()).ToArray());
        Assert.All(sums, sum => Assert.Equal(0UL, sum));
    }
}
