"""A document as a linguist's laboratory might have it, invented: everything that this program does not write itself."""

FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="someone" DATE="2021-05-04T10:00:00+02:00" FORMAT="3.0" VERSION="3.0"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
    <LICENSE LICENSE_URL="https://example.org/licence">only  for us</LICENSE>
    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
        <MEDIA_DESCRIPTOR MEDIA_URL="file:///C:/recordings/talk.wav" MIME_TYPE="audio/x-wav"/>
        <MEDIA_DESCRIPTOR MEDIA_URL="file:///C:/recordings/talk%20one.mp4" MIME_TYPE="video/mp4" TIME_ORIGIN="400"/>
        <LINKED_FILE_DESCRIPTOR LINK_URL="file:///C:/recordings/pitch.csv" MIME_TYPE="unknown"/>
        <PROPERTY NAME="URN">urn:nl-mpi-tools-elan-eaf:invented</PROPERTY>
        <PROPERTY NAME="lastUsedAnnotationId">40</PROPERTY>
    </HEADER>
    <TIME_ORDER>
        <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="0"/>
        <TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="600"/>
        <TIME_SLOT TIME_SLOT_ID="ts3"/>
        <TIME_SLOT TIME_SLOT_ID="ts4"/>
        <TIME_SLOT TIME_SLOT_ID="ts5" TIME_VALUE="1800"/>
        <TIME_SLOT TIME_SLOT_ID="ts6" TIME_VALUE="2000"/>
        <TIME_SLOT TIME_SLOT_ID="ts7" TIME_VALUE="2600"/>
        <TIME_SLOT TIME_SLOT_ID="ts8"/>
    </TIME_ORDER>
    <TIER TIER_ID="Sentence" PARTICIPANT="Bea" ANNOTATOR="Carl" LINGUISTIC_TYPE_REF="default-lt" LANG_REF="deu">
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts5" EXT_REF="er1">
                <ANNOTATION_VALUE>so   ein &lt;Tag&gt;</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts6" TIME_SLOT_REF2="ts7">
                <ANNOTATION_VALUE/>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
    </TIER>
    <TIER TIER_ID="Word" PARTICIPANT="Bea" LINGUISTIC_TYPE_REF="words" PARENT_REF="Sentence">
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a3" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3">
                <ANNOTATION_VALUE>so</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a4" TIME_SLOT_REF1="ts3" TIME_SLOT_REF2="ts4">
                <ANNOTATION_VALUE>ein</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a5" TIME_SLOT_REF1="ts4" TIME_SLOT_REF2="ts5">
                <ANNOTATION_VALUE>Tag</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
    </TIER>
    <TIER TIER_ID="Gloss" PARTICIPANT="Bea" LINGUISTIC_TYPE_REF="parts" PARENT_REF="Sentence" DEFAULT_LOCALE="de">
        <ANNOTATION>
            <REF_ANNOTATION ANNOTATION_ID="a7" ANNOTATION_REF="a1" PREVIOUS_ANNOTATION="a6">
                <ANNOTATION_VALUE>second half</ANNOTATION_VALUE>
            </REF_ANNOTATION>
        </ANNOTATION>
        <ANNOTATION>
            <REF_ANNOTATION ANNOTATION_ID="a6" ANNOTATION_REF="a1">
                <ANNOTATION_VALUE>first half</ANNOTATION_VALUE>
            </REF_ANNOTATION>
        </ANNOTATION>
    </TIER>
    <TIER TIER_ID="Remark" LINGUISTIC_TYPE_REF="remarks" PARENT_REF="Gloss" EXT_REF="er1">
        <ANNOTATION>
            <REF_ANNOTATION ANNOTATION_ID="a8" ANNOTATION_REF="a7">
                <ANNOTATION_VALUE>louder</ANNOTATION_VALUE>
            </REF_ANNOTATION>
        </ANNOTATION>
    </TIER>
    <TIER TIER_ID="Face" PARTICIPANT="Bea" ANNOTATOR="Carl" LINGUISTIC_TYPE_REF="faces">
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a9" CVE_REF="c1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
                <ANNOTATION_VALUE>outdated</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a10" CVE_REF="c2" TIME_SLOT_REF1="ts5" TIME_SLOT_REF2="ts6">
                <ANNOTATION_VALUE>Angst</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a11" TIME_SLOT_REF1="ts7" TIME_SLOT_REF2="ts8">
                <ANNOTATION_VALUE>no end</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
    </TIER>
    <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="default-lt" TIME_ALIGNABLE="true" LEXICON_REF="lex1"/>
    <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="words" TIME_ALIGNABLE="true" CONSTRAINTS="Time_Subdivision"/>
    <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="parts" TIME_ALIGNABLE="false" CONSTRAINTS="Symbolic_Subdivision"/>
    <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="remarks" TIME_ALIGNABLE="false" CONSTRAINTS="Symbolic_Association"/>
    <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="faces" TIME_ALIGNABLE="true" CONTROLLED_VOCABULARY_REF="six-and-others"/>
    <LOCALE COUNTRY_CODE="DE" LANGUAGE_CODE="de"/>
    <LANGUAGE LANG_ID="deu" LANG_DEF="http://cdb.iso.org/lg/CDB-00138674-001" LANG_LABEL="German (deu)"/>
    <LANGUAGE LANG_ID="eng" LANG_DEF="http://cdb.iso.org/lg/CDB-00138502-001" LANG_LABEL="English (eng)"/>
    <CONSTRAINT STEREOTYPE="Time_Subdivision" DESCRIPTION="no gaps"/>
    <CONSTRAINT STEREOTYPE="Symbolic_Subdivision" DESCRIPTION="ordered parts"/>
    <CONSTRAINT STEREOTYPE="Symbolic_Association" DESCRIPTION="one to one"/>
    <CONTROLLED_VOCABULARY CV_ID="six-and-others">
        <DESCRIPTION LANG_REF="eng">faces</DESCRIPTION>
        <DESCRIPTION LANG_REF="deu"/>
        <CV_ENTRY_ML CVE_ID="c1" EXT_REF="er1">
            <CVE_VALUE LANG_REF="eng" DESCRIPTION="">joy</CVE_VALUE>
            <CVE_VALUE LANG_REF="deu" DESCRIPTION="">Freude</CVE_VALUE>
        </CV_ENTRY_ML>
        <CV_ENTRY_ML CVE_ID="c2">
            <CVE_VALUE LANG_REF="eng" DESCRIPTION="">fear</CVE_VALUE>
            <CVE_VALUE LANG_REF="deu" DESCRIPTION="">Angst</CVE_VALUE>
        </CV_ENTRY_ML>
    </CONTROLLED_VOCABULARY>
    <CONTROLLED_VOCABULARY CV_ID="other" EXT_REF="er1">
        <CV_ENTRY_ML CVE_ID="c1"><CVE_VALUE LANG_REF="eng">not this one</CVE_VALUE></CV_ENTRY_ML>
    </CONTROLLED_VOCABULARY>
    <LEXICON_REF LEXICON_ID="l" LEXICON_NAME="ln" LEX_REF_ID="lex1" NAME="x" TYPE="t" URL="u"/>
    <INVENTED_ELEMENT of="a later version">text<b/> and   spaces </INVENTED_ELEMENT>
    <EXTERNAL_REF EXT_REF_ID="er1" TYPE="ecv" VALUE="https://example.org/a.ecv"/>
</ANNOTATION_DOCUMENT>
"""
