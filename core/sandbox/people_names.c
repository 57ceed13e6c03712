#include "core/sandbox/people_names.h"

#define LIST(rows)                                                                                                     \
	{                                                                                                              \
		rows, sizeof(rows) / sizeof(rows)[0]                                                                   \
	}

static const struct bt_sbx_words men[] = {
    {"Ramesh", "रमेश"},       {"Mahesh", "महेश"},   {"Suresh", "सुरेश"},       {"Dinesh", "दिनेश"},    {"Rajesh", "राजेश"},
    {"Mukesh", "मुकेश"},       {"Anil", "अनिल"},    {"Sunil", "सुनील"},       {"Ajay", "अजय"},       {"Vijay", "विजय"},
    {"Sanjay", "संजय"},       {"Manoj", "मनोज"},   {"Pankaj", "पंकज"},       {"Santosh", "संतोष"},   {"Umesh", "उमेश"},
    {"Rakesh", "राकेश"},      {"Shyam", "श्याम"},   {"Mohan", "मोहन"},       {"Sohan", "सोहन"},     {"Gopal", "गोपाल"},
    {"Krishna", "कृष्णा"},     {"Bhola", "भोला"},   {"Shankar", "शंकर"},      {"Lalan", "ललन"},      {"Birendra", "बीरेंद्र"},
    {"Dharmendra", "धर्मेंद्र"}, {"Upendra", "उपेंद्र"}, {"Jitendra", "जितेंद्र"},   {"Naresh", "नरेश"},     {"Arun", "अरुण"},
    {"Ashok", "अशोक"},       {"Kamlesh", "कमलेश"}, {"Rajkumar", "राजकुमार"}, {"Ravindra", "रवींद्र"},
};

static const struct bt_sbx_words women[] = {
    {"Sunita", "सुनीता"}, {"Kamla", "कमला"},   {"Anita", "अनीता"}, {"Rekha", "रेखा"},      {"Meena", "मीना"},
    {"Geeta", "गीता"},   {"Seema", "सीमा"},   {"Poonam", "पूनम"},  {"Babita", "बबीता"},   {"Sangita", "संगीता"},
    {"Manju", "मंजू"},     {"Asha", "आशा"},     {"Usha", "उषा"},    {"Nirmala", "निर्मला"}, {"Pushpa", "पुष्पा"},
    {"Lalita", "ललिता"}, {"Savita", "सविता"}, {"Kiran", "किरण"},  {"Ranju", "रंजू"},       {"Sarita", "सरिता"},
    {"Rinki", "रिंकी"},   {"Soni", "सोनी"},    {"Pinki", "पिंकी"},  {"Bindu", "बिंदु"},      {"Shobha", "शोभा"},
    {"Malti", "मालती"},
};

static const struct bt_sbx_words surnames[] = {
    {"Singh", "सिंह"},        {"Kumar", "कुमार"},
    {"Prasad", "प्रसाद"},     {"Yadav", "यादव"},
    {"Sao", "साव"},          {"Sharma", "शर्मा"},
    {"Mishra", "मिश्रा"},     {"Tiwari", "तिवारी"},
    {"Pandey", "पांडेय"},      {"Jha", "झा"},
    {"Thakur", "ठाकुर"},      {"Gupta", "गुप्ता"},
    {"Paswan", "पासवान"},    {"Ram", "राम"},
    {"Das", "दास"},          {"Mahto", "महतो"},
    {"Mandal", "मंडल"},       {"Rai", "राय"},
    {"Chaudhary", "चौधरी"},  {"Verma", "वर्मा"},
    {"Sinha", "सिन्हा"},      {"Srivastava", "श्रीवास्तव"},
    {"Manjhi", "मांझी"},      {"Kushwaha", "कुशवाहा"},
    {"Upadhyay", "उपाध्याय"},
};

static const struct bt_sbx_words woman_surnames[] = {
    {"Devi", "देवी"}, {"Devi", "देवी"}, {"Devi", "देवी"}, {"Kumari", "कुमारी"}, {"Kumari", "कुमारी"}, {"Sinha", "सिन्हा"},
};

static const struct bt_sbx_words muslim_men[] = {
    {"Irfan", "इरफ़ान"}, {"Salim", "सलीम"}, {"Aslam", "असलम"},   {"Imran", "इमरान"},
    {"Shamim", "शमीम"}, {"Akbar", "अकबर"}, {"Rashid", "राशिद"}, {"Javed", "जावेद"},
};

static const struct bt_sbx_words muslim_women[] = {
    {"Nazma", "नज़मा"},
    {"Shabana", "शबाना"},
    {"Rukhsana", "रुख़साना"},
    {"Farzana", "फ़रज़ाना"},
};

static const struct bt_sbx_words muslim_surnames[] = {
    {"Ansari", "अंसारी"}, {"Khan", "ख़ान"}, {"Alam", "आलम"}, {"Hussain", "हुसैन"}, {"Ahmad", "अहमद"},
};

static const struct bt_sbx_words places[] = {
    {"Ward 7, Danapur", "वार्ड 7, दानापुर"},
    {"Gola Road, Danapur", "गोला रोड, दानापुर"},
    {"Danapur Bazar", "दानापुर बाज़ार"},
    {"Danapur Cantt", "दानापुर छावनी"},
    {"Saguna More, Danapur", "सगुना मोड़, दानापुर"},
    {"Takiya Par, Danapur", "तकिया पर, दानापुर"},
    {"Shahpur, Danapur", "शाहपुर, दानापुर"},
    {"Khagaul, Danapur", "खगौल, दानापुर"},
    {"Ward 3, Khagaul", "वार्ड 3, खगौल"},
    {"Ward 11, Khagaul", "वार्ड 11, खगौल"},
    {"Moti Chowk, Khagaul", "मोती चौक, खगौल"},
    {"Phulwari Sharif", "फुलवारी शरीफ़"},
    {"Anisabad, Patna", "अनीसाबाद, पटना"},
    {"Kankarbagh, Patna", "कंकड़बाग, पटना"},
    {"Rajendra Nagar, Patna", "राजेंद्र नगर, पटना"},
    {"Boring Road, Patna", "बोरिंग रोड, पटना"},
    {"Patliputra Colony, Patna", "पाटलिपुत्र कॉलोनी, पटना"},
    {"Digha Ghat, Patna", "दीघा घाट, पटना"},
    {"Kurji, Patna", "कुर्जी, पटना"},
    {"Mithapur, Patna", "मीठापुर, पटना"},
    {"Gardanibagh, Patna", "गर्दनीबाग, पटना"},
    {"Bailey Road, Patna", "बेली रोड, पटना"},
    {"Maner", "मनेर"},
    {"Bihta", "बिहटा"},
    {"Naubatpur", "नौबतपुर"},
    {"Bikram", "बिक्रम"},
    {"Masaurhi", "मसौढ़ी"},
    {"Sirmour Chowk, Rewa", "सिरमौर चौक, रीवा"},
    {"Gurh, Rewa", "गुढ़, रीवा"},
    {"Civil Lines, Rewa", "सिविल लाइन्स, रीवा"},
    {"Amahiya, Rewa", "अमहिया, रीवा"},
};

const struct bt_sbx_name_list bt_sbx_men = LIST(men);
const struct bt_sbx_name_list bt_sbx_women = LIST(women);
const struct bt_sbx_name_list bt_sbx_surnames = LIST(surnames);
const struct bt_sbx_name_list bt_sbx_woman_surnames = LIST(woman_surnames);
const struct bt_sbx_name_list bt_sbx_muslim_men = LIST(muslim_men);
const struct bt_sbx_name_list bt_sbx_muslim_women = LIST(muslim_women);
const struct bt_sbx_name_list bt_sbx_muslim_surnames = LIST(muslim_surnames);
const struct bt_sbx_name_list bt_sbx_places = LIST(places);
