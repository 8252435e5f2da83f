namespace Hierarchy.Domain.Changes;

/// <summary>Which part each kind belongs to: the one table. The numbers are those of the catalog contract.</summary>
public static class RecordParts
{
    // By kind; what lies beyond the end is unknown.
    private static readonly RecordPart[] Table =
    [
        /*  0 unspecified      */ RecordPart.None,
        /*  1 epoch            */ RecordPart.None,
        /*  2 revision         */ RecordPart.Catalog,
        /*  3 decline          */ RecordPart.Decision,
        /*  4 target group     */ RecordPart.Decision,
        /*  5 approval         */ RecordPart.Decision,
        /*  6 site             */ RecordPart.Catalog,
        /*  7 server           */ RecordPart.Catalog,
        /*  8 EULA acceptance  */ RecordPart.Decision,
        /*  9 group assignment */ RecordPart.Decision,
        /* 10 sync selection   */ RecordPart.Catalog,
        /* 11 imported update  */ RecordPart.Catalog,
        /* 12 decryption keys  */ RecordPart.Catalog,
        /* 13 server settings  */ RecordPart.Catalog,
        /* 14 site link        */ RecordPart.Catalog,
        /* 15 group rule       */ RecordPart.Decision,
        /* 16 approval rule    */ RecordPart.Decision,
        /* 17 client policy    */ RecordPart.Decision,
        /* 18 tree settings    */ RecordPart.Catalog,
        /* 19 revision numbers */ RecordPart.None,
        /* 20 content settings */ RecordPart.Catalog,
        /* 21 audit entry      */ RecordPart.Decision,
        /* 22 decision settings*/ RecordPart.Decision,
        /* 23 decline rule     */ RecordPart.Decision,
    ];

    /// <summary>The part of a kind.</summary>
    public static RecordPart Of(int kind) => (uint)kind < (uint)Table.Length ? Table[kind] : RecordPart.None;
}
