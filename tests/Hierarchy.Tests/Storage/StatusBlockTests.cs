using Hierarchy.Domain;
using Hierarchy.Domain.Reports;
using Hierarchy.Storage.Reports;
using Xunit;

namespace Hierarchy.Tests.Storage;

public sealed class StatusBlockTests
{
    [Fact]
    public void Pack_AnyStatuses_ComeBackAsTheyWere()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var (block, back) = (new StatusBlock(), new StatusBlock());
            var extreme = round % 3 == 0;
            for (var slot = 0; slot < StatusBlock.Slots; slot++)
                if (random.Next(3) != 0)
                    block.Set(slot, extreme ? Extreme(random) : Usual(random));
            var packed = new byte[StatusBlock.MaxBytes];
            var length = block.Pack(packed);

            back.Set(3, Usual(random));
            back.Unpack(packed.AsSpan(0, length));
            Assert.Equal(block.Count, back.Count);
            for (var slot = 0; slot < StatusBlock.Slots; slot++)
            {
                Assert.Equal(block.Has(slot), back.Has(slot));
                if (block.Has(slot)) Assert.Equal(block[slot], back[slot]);
            }
        }
    }

    [Fact]
    public void Pack_UsualStatuses_TakeFewBytes()
    {
        var random = new Random(12);
        var block = new StatusBlock();
        for (var slot = 0; slot < StatusBlock.Slots; slot++)
            block.Set(slot, Usual(random));

        Assert.InRange(block.Pack(new byte[StatusBlock.MaxBytes]), 1, 12 * StatusBlock.Slots);
    }

    [Fact]
    public void Unpack_WhatIsNoBlock_IsSaidSo()
    {
        var random = new Random(13);
        var block = new StatusBlock();
        for (var slot = 0; slot < StatusBlock.Slots; slot += 2)
            block.Set(slot, Extreme(random));
        var packed = new byte[StatusBlock.MaxBytes];
        packed = packed[..block.Pack(packed)];

        Assert.Throws<IntegrityException>(() => block.Unpack([]));
        Assert.Throws<IntegrityException>(() => block.Unpack([2, .. packed[1..]]));
        Assert.Throws<IntegrityException>(() => block.Unpack(packed.AsSpan(0, packed.Length - 1)));
        Assert.Throws<IntegrityException>(() => block.Unpack([.. packed, .. packed[1..]]));
        for (var i = 0; i < 2000; i++)
        {
            var damaged = packed.ToArray();
            damaged[random.Next(1, damaged.Length)] ^= (byte)random.Next(1, 256);
            // Damage may give another block, or none; never anything else.
            try
            {
                block.Unpack(damaged);
            }
            catch (IntegrityException)
            {
            }
        }
    }

    private static StatusEntry Usual(Random random) => new()
    {
        State = (UpdateState)random.Next(1, 7),
        Hold = random.Next(4) == 0 ? (HoldReason)random.Next(1, 7) : HoldReason.None,
        Revision = random.Next(5) == 0 ? 201 : 200,
        ResultCode = random.Next(50) == 0 ? -2145124329 : 0,
        Counter = random.Next(1, 300),
        Milliseconds = 1_790_000_000_000 + random.NextInt64(0, 30L * 86_400_000),
        IsUnsent = random.Next(2) == 0,
    };

    private static StatusEntry Extreme(Random random) => new()
    {
        State = (UpdateState)random.Next(0, StateCounts.MaxStates),
        Hold = (HoldReason)random.Next(0, 1024),
        Revision = random.Next(2) == 0 ? int.MinValue : int.MaxValue,
        ResultCode = random.Next(int.MinValue, int.MaxValue),
        Counter = random.Next(2) == 0 ? long.MinValue : long.MaxValue,
        Milliseconds = random.Next(2) == 0 ? DateTimeOffset.MinValue.ToUnixTimeMilliseconds() : DateTimeOffset.MaxValue.ToUnixTimeMilliseconds(),
        IsUnsent = random.Next(2) == 0,
    };
}
