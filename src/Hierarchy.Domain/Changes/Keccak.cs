using System.Runtime.CompilerServices;

namespace Hierarchy.Domain.Changes;

/// <summary>The permutation Keccak-f[1600] of FIPS 202, over as many states side by side as <typeparamref name="T"/> holds.</summary>
internal static class Keccak<T> where T : unmanaged, IKeccakLanes<T>
{
    /// <summary>64-bit words in a state.</summary>
    public const int Words = 25;

    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Permutes the states; word i of all of them is element i (x + 5y in the notation of FIPS 202).</summary>
    // Two rounds a pass, from one set of locals into the other, so that nothing is moved; theta, rho and pi are folded into the reading of each row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Permute(Span<T> state)
    {
        var s = state[..Words];
        var a0 = s[0]; var a1 = s[1]; var a2 = s[2]; var a3 = s[3]; var a4 = s[4]; var a5 = s[5]; var a6 = s[6]; var a7 = s[7]; var a8 = s[8];
        var a9 = s[9]; var a10 = s[10]; var a11 = s[11]; var a12 = s[12]; var a13 = s[13]; var a14 = s[14]; var a15 = s[15]; var a16 = s[16];
        var a17 = s[17]; var a18 = s[18]; var a19 = s[19]; var a20 = s[20]; var a21 = s[21]; var a22 = s[22]; var a23 = s[23]; var a24 = s[24];
        T e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13, e14, e15, e16, e17, e18, e19, e20, e21, e22, e23, e24;
        T b0, b1, b2, b3, b4, c0, c1, c2, c3, c4, d0, d1, d2, d3, d4;
        for (var round = 0; round < 24; round += 2)
        {
            c0 = T.Xor3(T.Xor3(a0, a5, a10), a15, a20);
            c1 = T.Xor3(T.Xor3(a1, a6, a11), a16, a21);
            c2 = T.Xor3(T.Xor3(a2, a7, a12), a17, a22);
            c3 = T.Xor3(T.Xor3(a3, a8, a13), a18, a23);
            c4 = T.Xor3(T.Xor3(a4, a9, a14), a19, a24);
            d0 = T.Xor(c4, T.RotateLeft(c1, 1));
            d1 = T.Xor(c0, T.RotateLeft(c2, 1));
            d2 = T.Xor(c1, T.RotateLeft(c3, 1));
            d3 = T.Xor(c2, T.RotateLeft(c4, 1));
            d4 = T.Xor(c3, T.RotateLeft(c0, 1));
            b0 = T.Xor(a0, d0);
            b1 = T.RotateLeft(T.Xor(a6, d1), 44);
            b2 = T.RotateLeft(T.Xor(a12, d2), 43);
            b3 = T.RotateLeft(T.Xor(a18, d3), 21);
            b4 = T.RotateLeft(T.Xor(a24, d4), 14);
            e0 = T.Xor(T.Chi(b0, b1, b2), T.Broadcast(RoundConstants[round]));
            e1 = T.Chi(b1, b2, b3);
            e2 = T.Chi(b2, b3, b4);
            e3 = T.Chi(b3, b4, b0);
            e4 = T.Chi(b4, b0, b1);
            b0 = T.RotateLeft(T.Xor(a3, d3), 28);
            b1 = T.RotateLeft(T.Xor(a9, d4), 20);
            b2 = T.RotateLeft(T.Xor(a10, d0), 3);
            b3 = T.RotateLeft(T.Xor(a16, d1), 45);
            b4 = T.RotateLeft(T.Xor(a22, d2), 61);
            e5 = T.Chi(b0, b1, b2);
            e6 = T.Chi(b1, b2, b3);
            e7 = T.Chi(b2, b3, b4);
            e8 = T.Chi(b3, b4, b0);
            e9 = T.Chi(b4, b0, b1);
            b0 = T.RotateLeft(T.Xor(a1, d1), 1);
            b1 = T.RotateLeft(T.Xor(a7, d2), 6);
            b2 = T.RotateLeft(T.Xor(a13, d3), 25);
            b3 = T.RotateLeft(T.Xor(a19, d4), 8);
            b4 = T.RotateLeft(T.Xor(a20, d0), 18);
            e10 = T.Chi(b0, b1, b2);
            e11 = T.Chi(b1, b2, b3);
            e12 = T.Chi(b2, b3, b4);
            e13 = T.Chi(b3, b4, b0);
            e14 = T.Chi(b4, b0, b1);
            b0 = T.RotateLeft(T.Xor(a4, d4), 27);
            b1 = T.RotateLeft(T.Xor(a5, d0), 36);
            b2 = T.RotateLeft(T.Xor(a11, d1), 10);
            b3 = T.RotateLeft(T.Xor(a17, d2), 15);
            b4 = T.RotateLeft(T.Xor(a23, d3), 56);
            e15 = T.Chi(b0, b1, b2);
            e16 = T.Chi(b1, b2, b3);
            e17 = T.Chi(b2, b3, b4);
            e18 = T.Chi(b3, b4, b0);
            e19 = T.Chi(b4, b0, b1);
            b0 = T.RotateLeft(T.Xor(a2, d2), 62);
            b1 = T.RotateLeft(T.Xor(a8, d3), 55);
            b2 = T.RotateLeft(T.Xor(a14, d4), 39);
            b3 = T.RotateLeft(T.Xor(a15, d0), 41);
            b4 = T.RotateLeft(T.Xor(a21, d1), 2);
            e20 = T.Chi(b0, b1, b2);
            e21 = T.Chi(b1, b2, b3);
            e22 = T.Chi(b2, b3, b4);
            e23 = T.Chi(b3, b4, b0);
            e24 = T.Chi(b4, b0, b1);

            c0 = T.Xor3(T.Xor3(e0, e5, e10), e15, e20);
            c1 = T.Xor3(T.Xor3(e1, e6, e11), e16, e21);
            c2 = T.Xor3(T.Xor3(e2, e7, e12), e17, e22);
            c3 = T.Xor3(T.Xor3(e3, e8, e13), e18, e23);
            c4 = T.Xor3(T.Xor3(e4, e9, e14), e19, e24);
            d0 = T.Xor(c4, T.RotateLeft(c1, 1));
            d1 = T.Xor(c0, T.RotateLeft(c2, 1));
            d2 = T.Xor(c1, T.RotateLeft(c3, 1));
            d3 = T.Xor(c2, T.RotateLeft(c4, 1));
            d4 = T.Xor(c3, T.RotateLeft(c0, 1));
            b0 = T.Xor(e0, d0);
            b1 = T.RotateLeft(T.Xor(e6, d1), 44);
            b2 = T.RotateLeft(T.Xor(e12, d2), 43);
            b3 = T.RotateLeft(T.Xor(e18, d3), 21);
            b4 = T.RotateLeft(T.Xor(e24, d4), 14);
            a0 = T.Xor(T.Chi(b0, b1, b2), T.Broadcast(RoundConstants[round + 1]));
            a1 = T.Chi(b1, b2, b3);
            a2 = T.Chi(b2, b3, b4);
            a3 = T.Chi(b3, b4, b0);
            a4 = T.Chi(b4, b0, b1);
            b0 = T.RotateLeft(T.Xor(e3, d3), 28);
            b1 = T.RotateLeft(T.Xor(e9, d4), 20);
            b2 = T.RotateLeft(T.Xor(e10, d0), 3);
            b3 = T.RotateLeft(T.Xor(e16, d1), 45);
            b4 = T.RotateLeft(T.Xor(e22, d2), 61);
            a5 = T.Chi(b0, b1, b2);
            a6 = T.Chi(b1, b2, b3);
            a7 = T.Chi(b2, b3, b4);
            a8 = T.Chi(b3, b4, b0);
            a9 = T.Chi(b4, b0, b1);
            b0 = T.RotateLeft(T.Xor(e1, d1), 1);
            b1 = T.RotateLeft(T.Xor(e7, d2), 6);
            b2 = T.RotateLeft(T.Xor(e13, d3), 25);
            b3 = T.RotateLeft(T.Xor(e19, d4), 8);
            b4 = T.RotateLeft(T.Xor(e20, d0), 18);
            a10 = T.Chi(b0, b1, b2);
            a11 = T.Chi(b1, b2, b3);
            a12 = T.Chi(b2, b3, b4);
            a13 = T.Chi(b3, b4, b0);
            a14 = T.Chi(b4, b0, b1);
            b0 = T.RotateLeft(T.Xor(e4, d4), 27);
            b1 = T.RotateLeft(T.Xor(e5, d0), 36);
            b2 = T.RotateLeft(T.Xor(e11, d1), 10);
            b3 = T.RotateLeft(T.Xor(e17, d2), 15);
            b4 = T.RotateLeft(T.Xor(e23, d3), 56);
            a15 = T.Chi(b0, b1, b2);
            a16 = T.Chi(b1, b2, b3);
            a17 = T.Chi(b2, b3, b4);
            a18 = T.Chi(b3, b4, b0);
            a19 = T.Chi(b4, b0, b1);
            b0 = T.RotateLeft(T.Xor(e2, d2), 62);
            b1 = T.RotateLeft(T.Xor(e8, d3), 55);
            b2 = T.RotateLeft(T.Xor(e14, d4), 39);
            b3 = T.RotateLeft(T.Xor(e15, d0), 41);
            b4 = T.RotateLeft(T.Xor(e21, d1), 2);
            a20 = T.Chi(b0, b1, b2);
            a21 = T.Chi(b1, b2, b3);
            a22 = T.Chi(b2, b3, b4);
            a23 = T.Chi(b3, b4, b0);
            a24 = T.Chi(b4, b0, b1);
        }

        s[0] = a0; s[1] = a1; s[2] = a2; s[3] = a3; s[4] = a4; s[5] = a5; s[6] = a6; s[7] = a7; s[8] = a8;
        s[9] = a9; s[10] = a10; s[11] = a11; s[12] = a12; s[13] = a13; s[14] = a14; s[15] = a15; s[16] = a16;
        s[17] = a17; s[18] = a18; s[19] = a19; s[20] = a20; s[21] = a21; s[22] = a22; s[23] = a23; s[24] = a24;
    }
}
